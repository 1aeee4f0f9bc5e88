/** The element's shadow tree, and how a state looks. Licence: Apache-2.0 */

import { make } from './dom.js';
import { ARROW, CROSS, icon, LOUDSPEAKER, MICROPHONE, SILENCED } from './icons.js';
import { styles } from './styles.js';

/**
 * @typedef {object} Look
 * @property {import('./words.js').Dictionary} words
 * @property {'ltr' | 'rtl'} direction
 * @property {string} language
 * @property {import('./element.js').LiveVoiceState} state
 * @property {string} notice in place of the state's own word
 * @property {boolean} running
 * @property {boolean} resumable there is a conversation of an earlier page to go on with
 * @property {boolean} waiting
 * @property {boolean} asksConsent there is something to agree to first
 * @property {boolean} floating
 * @property {boolean} open
 * @property {boolean} pushToTalk
 * @property {boolean} asking for the microphone
 * @property {boolean} microphone
 * @property {boolean} silent nothing comes from the microphone
 * @property {boolean} muted
 */

/** What the visitor sees: the shadow tree, and how a state looks. */
export class View {
  log = make('div', { class: 'log', part: 'transcript', role: 'log', tabindex: '0' });
  status = make('p', { class: 'status', part: 'status', role: 'status' });
  intro = make('p', { class: 'intro', part: 'intro' });
  consent = make('slot', { name: 'consent' });
  question = make('slot', { name: 'question', hidden: '' });
  told = make('p', { class: 'told', part: 'told' });
  consentBox = make('div', { class: 'consent', part: 'consent' }, this.consent);
  main = make('button', { class: 'main', part: 'button', type: 'button' });
  hold = make('button', { class: 'hold', part: 'hold', type: 'button', 'aria-pressed': 'false' });
  voice = make('button', { class: 'voice', part: 'voice', type: 'button' }, icon(MICROPHONE));
  mute = make('button', { class: 'mute', part: 'mute', type: 'button', 'aria-pressed': 'false' });
  volume = make('input', { class: 'volume', part: 'volume', type: 'range', min: '0', max: '1', step: '0.05', value: '1' });
  loudness = make('label', {}, icon(LOUDSPEAKER), this.volume);
  input = make('input', { class: 'type', part: 'input', type: 'text', autocomplete: 'off', enterkeyhint: 'send', maxlength: '2000' });
  send = make('button', { class: 'send', part: 'send', type: 'submit' }, icon(ARROW));
  form = make('form', { class: 'row', part: 'form' }, this.input, this.send);
  bubble = make('button', { class: 'bubble', part: 'bubble', type: 'button', 'aria-controls': 'card' });
  card = make('section', { class: 'card', part: 'card', id: 'card' },
    this.consentBox,
    this.log,
    this.question,
    this.told,
    this.status,
    this.hold,
    make('div', { class: 'row', part: 'controls' }, this.main, this.voice, this.mute, this.loudness),
    this.form,
  );
  /** Transcript id → what was said. @type {Map<number, HTMLElement>} */
  lines = new Map();
  #shadow;

  /** @param {ShadowRoot} shadow */
  constructor(shadow) {
    this.#shadow = shadow;
    shadow.adoptedStyleSheets = [styles()];
    shadow.append(this.card, this.bubble);
    this.log.append(this.intro);
  }

  /**
   * Put the words where they belong, for one state.
   * @param {Look} look
   */
  render({ words, direction, language, state, notice, running, resumable, waiting, asksConsent, floating, open, pushToTalk, asking, microphone, silent, muted }) {
    Object.assign(this.card, { dir: direction, lang: language, hidden: floating && !open });
    this.card.setAttribute('aria-label', words.name);
    this.log.setAttribute('aria-label', words.transcript);
    this.consentBox.hidden = !asksConsent;
    this.intro.hidden = asksConsent;
    this.told.hidden = running;
    this.told.textContent = words.told;
    // A microphone that gives nothing hears nobody.
    const unheard = state === 'listening' && (!microphone || silent);
    notice ||= !unheard ? words[state] : asking ? words.asking : microphone ? words.silent : words.muted;
    if (this.status.textContent !== notice) this.status.textContent = notice; // announced once
    this.status.dataset.state = this.card.dataset.state = state;
    const label = running ? words.end : state === 'failed' ? words.again : asksConsent ? words.agree : resumable ? words.resume : words.talk;
    this.main.replaceChildren(icon(running ? CROSS : MICROPHONE), label);
    this.intro.textContent = words.intro;
    this.main.disabled = waiting;
    this.main.classList.toggle('live', running);
    const bubbleLabel = open ? words.fold : running ? `${words.name}: ${notice}` : null;
    Object.assign(this.bubble, { hidden: !floating, dir: direction, lang: language, ariaLabel: bubbleLabel, ariaExpanded: String(open) });
    this.bubble.replaceChildren(icon(open ? CROSS : MICROPHONE), open ? '' : running ? notice : resumable ? words.resume : words.talk);
    if (!open && !running) this.bubble.append(make('span', { class: 'ai' }, words.ai));
    this.bubble.classList.toggle('live', running && !open);
    this.hold.hidden = !(pushToTalk && microphone);
    this.hold.textContent = words.hold;
    this.voice.hidden = !running || microphone || asking;
    this.mute.hidden = pushToTalk || !microphone;
    this.loudness.hidden = !running;
    this.mute.ariaPressed = String(muted);
    this.mute.replaceChildren(icon(muted ? SILENCED : MICROPHONE));
    const named = { voice: words.voice, mute: words.mute, volume: words.volume, input: words.type, send: words.send };
    for (const name in named) this[name].ariaLabel = this[name].title = named[name];
    this.input.placeholder = words.type;
    this.input.disabled = this.send.disabled = waiting || asksConsent;
  }

  /**
   * Show what has become of a transcript entry.
   * @param {import('./transcript.js').TranscriptEntry} entry
   * @param {import('./words.js').Dictionary} words
   */
  write({ id, role, text, final, before }, words) {
    let line = this.lines.get(id);
    if (!line) {
      const speaker = make('span', { class: 'speaker' }, `${role === 'user' ? words.you : words.assistant}: `);
      line = make('bdi');
      const paragraph = make('p', { class: role, part: `line ${role}` }, speaker, line);
      paragraph.dataset.id = String(id);
      this.log.insertBefore(paragraph, this.lines.get(before ?? 0)?.parentElement ?? null);
      this.lines.set(id, line);
    }
    line.textContent = text;
    if (final && text.includes('://')) this.#link(line, text);
    if (line.parentElement) line.parentElement.dataset.final = String(final);
    this.log.ariaBusy = String(!final); // screen readers wait for the whole sentence
    this.log.scrollTop = this.log.scrollHeight;
  }

  /**
   * @param {HTMLElement} line
   * @param {string} text
   */
  async #link(line, text) {
    const { linked } = await import('./livetoken-links.js');
    line.replaceChildren(...linked(text));
  }

  /** Show how loud it is. @param {number} level 0 to 1 */
  meter(level) {
    this.main.style.setProperty('--level', Math.min(1, 4 * level).toFixed(2));
  }

  /** @param {string} text */
  note(text) {
    this.append(make('p', { class: 'note', part: 'note' }, text));
  }

  /** Put something at the end of the conversation. @param {Element} element */
  append(element) {
    this.log.append(element);
    this.log.scrollTop = this.log.scrollHeight;
  }

  /** Before another conversation, or after one that was ended for good. @param {...Node} instead */
  clear(...instead) {
    this.lines.clear();
    this.log.replaceChildren(...instead);
  }

  /** The looks of what is loaded later. @param {string} css */
  addStyles(css) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    this.#shadow.adoptedStyleSheets.push(sheet);
  }
}
