/**
 * <live-voice endpoint="https://your-function.example"></live-voice>: a voice assistant for any page.
 * Types: live-voice.d.ts. Guide: docs/client.md.
 * Licence: Apache-2.0
 */

import { Session, Tokens } from './livetoken.js';

/** The English words; other languages are in words/. An attribute `label-…` replaces each. */
const ENGLISH = {
  name: 'Voice assistant',
  talk: 'Talk about this page',
  agree: 'Agree and start',
  end: 'End',
  again: 'Try again',
  mute: 'Mute the microphone',
  hold: 'Hold to talk',
  volume: 'Volume',
  type: 'Type a question',
  intro: 'Ask about this page, by voice or in writing.',
  send: 'Send',
  transcript: 'Conversation',
  you: 'You',
  assistant: 'Assistant',
  ready: 'Ready',
  asking: 'Connecting …',
  listening: 'Listening',
  speaking: 'Speaking',
  muted: 'Microphone is off',
  reconnecting: 'Reconnecting …',
  failed: 'Not available',
  restarted: 'The connection was restored, but the assistant may have forgotten what was said.',
  idle: 'The conversation was ended because nobody said anything.',
  errors: {}, // English sentences come with the errors
};
const TRANSLATED = ['ar', 'de', 'es', 'fr'];
const dictionaries = { en: ENGLISH };

async function dictionary(language) {
  if (!TRANSLATED.includes(language)) return ENGLISH;
  try {
    dictionaries[language] ??= { ...ENGLISH, ...(await import(`./words/${language}.js`)).default };
  } catch {
    return ENGLISH; // the file was not copied to this site
  }
  return dictionaries[language];
}

const CONTENT_CHARACTERS = 12000; // what the function takes
const PRIVATE = 'script, style, noscript, template, input, textarea, select, option, [contenteditable], [data-private], [hidden], [aria-hidden="true"], live-voice';

/** The text that a visitor can see in `root`: never form values, never [data-private]. */
export function visibleText(root = document.querySelector('main, article') ?? document.body) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  let text = '';
  let block = null;
  while (walker.nextNode() && text.length < 2 * CONTENT_CHARACTERS) {
    const parent = walker.currentNode.parentElement;
    const words = walker.currentNode.data.replace(/\s+/g, ' ');
    if (parent.closest(PRIVATE) || !isVisible(parent)) continue;
    const inside = parent.closest('p, li, dt, dd, td, th, pre, blockquote, figcaption, h1, h2, h3, h4, h5, h6, div, section, article, main');
    text += (block && inside !== block ? '\n' : '') + words;
    block = inside;
  }
  text = text.replace(/ *\n[ \n]*/g, '\n').normalize('NFC').trim();
  return text.slice(0, CONTENT_CHARACTERS).replace(/[\uD800-\uDBFF]$/, ''); // half a character is none
}

function isVisible(element) {
  return element.checkVisibility?.({ visibilityProperty: true }) ?? element.getClientRects().length > 0;
}

/** The page's address without query and fragment, which may hold secrets. */
function pageAddress() {
  const address = location.origin + location.pathname;
  return /^https?:/.test(address) && address.length <= 500 ? address : undefined;
}

const warmed = new Set();

/** Wake the function up while the visitor reads: the click need not wait for its cold start. */
function warmUp(endpoint) {
  if (warmed.has(endpoint) || navigator.connection?.saveData) return;
  warmed.add(endpoint);
  fetch(endpoint, { credentials: 'omit', priority: 'low' }).catch(() => {}); // a click will say what is wrong
}

function preconnect({ websocketUrl }) {
  const { origin } = new URL(websocketUrl.replace(/^ws/, 'http'));
  if (document.head.querySelector(`link[rel=preconnect][href="${origin}"]`)) return;
  document.head.append(make('link', { rel: 'preconnect', href: origin }));
}

// Elements made one by one and a constructed style sheet: no policy of the page forbids them.
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function icon(path) {
  const namespace = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(namespace, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.append(document.createElementNS(namespace, 'path'));
  svg.firstChild.setAttribute('d', path);
  return svg;
}

const MICROPHONE = 'M12 3a3 3 0 0 0-3 3v6a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3M6 11v1a6 6 0 0 0 12 0v-1M12 18v3';
const SILENCED = `${MICROPHONE}M4 4l16 16`;
const LOUDSPEAKER = 'M4 10v4h3l5 4V6l-5 4zM16 9a4 4 0 0 1 0 6';
const CROSS = 'M6 6l12 12M18 6L6 18';
const ARROW = 'M5 12h14M13 6l6 6-6 6';

const STYLES = new CSSStyleSheet();
STYLES.replaceSync(`
:host {
  --accent: var(--live-voice-accent, light-dark(#0b57d0, #8ab4f8));
  --on-accent: var(--live-voice-on-accent, light-dark(#fff, #10203a));
  --background: var(--live-voice-background, light-dark(#fff, #1d1f24));
  --text: var(--live-voice-text, light-dark(#1d1f24, #e8eaed));
  --line: color-mix(in srgb, var(--text) 18%, transparent);
  display: block;
  block-size: var(--live-voice-height, 20rem);
  max-inline-size: var(--live-voice-width, 34rem);
  font: var(--live-voice-font, 1rem/1.5 system-ui, sans-serif);
  color: var(--text);
}
:host([hidden]) { display: none }
:host([theme=dark]) { color-scheme: dark }
:host([theme=light]) { color-scheme: light }
:host([floating]) { position: fixed; inset-block-end: 1rem; inset-inline-end: 1rem; z-index: 2147483000; block-size: auto }
* { box-sizing: border-box }
[hidden] { display: none !important }
.card {
  display: flex; flex-direction: column; gap: .75rem; block-size: 100%; padding: 1rem; overflow: hidden;
  background: var(--background); border: 1px solid var(--line); border-radius: var(--live-voice-radius, 1rem);
}
:host([floating]) .card {
  position: absolute; inset-block-end: 4.25rem; inset-inline-end: 0; box-shadow: 0 .5rem 2rem #0004;
  inline-size: min(23rem, calc(100vw - 2rem)); block-size: min(30rem, calc(100dvh - 7rem));
}
.log { flex: 1; overflow-y: auto; overscroll-behavior: contain; display: flex; flex-direction: column; gap: .5rem; min-block-size: 0 }
.log > p { margin: 0; padding: .4rem .75rem; border-radius: .75rem; max-inline-size: 88%; overflow-wrap: anywhere; white-space: pre-line }
.user { align-self: end; background: var(--accent); color: var(--on-accent) }
.model { align-self: start; background: color-mix(in srgb, var(--text) 8%, transparent) }
::slotted([slot=consent]) { margin: 0 !important; font-size: .9375em }
.log > .intro { margin: auto; opacity: .75; text-align: center }
.note { align-self: center; font-size: .875em; text-align: center; opacity: .8 }
bdi { display: block }
.speaker { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%) }
.status { min-block-size: 1.5em; font-size: .875em; margin: 0 }
.status[data-state=failed] { color: light-dark(#b3261e, #f2b8b5) }
.row { display: flex; gap: .5rem; align-items: center; justify-content: space-between; margin: 0 }
button, input { font: inherit; color: inherit; border-radius: 2rem; border: 1px solid var(--line); background: none; min-block-size: 2.75rem }
button { display: inline-flex; align-items: center; justify-content: center; gap: .5rem; padding: 0 .7rem; cursor: pointer; touch-action: manipulation }
button:disabled, input:disabled { opacity: .5; cursor: default }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
.main, .bubble, .hold { background: var(--accent); color: var(--on-accent); border-color: transparent; font-weight: 600; padding: 0 1.1rem }
.main { flex: 1; min-inline-size: 0; line-height: 1.2 }
.main.live { flex: 0 1 auto; background: none; color: inherit; border-color: var(--line) }
.bubble { block-size: 3.5rem; border-radius: 2rem; box-shadow: 0 .25rem 1rem #0004; margin-inline-start: auto; display: flex }
.hold { user-select: none; touch-action: none }
.hold[aria-pressed=true], .mute[aria-pressed=true] { background: light-dark(#b3261e, #f2b8b5); color: light-dark(#fff, #601410) }
.live { box-shadow: 0 0 0 calc(var(--level, 0) * 5px) color-mix(in srgb, var(--accent) 35%, transparent) }
.type { flex: 1; min-inline-size: 0; padding: 0 1rem }
.volume { inline-size: 5rem; min-inline-size: 2rem; flex-shrink: 1; min-block-size: 2.75rem; padding: 0; accent-color: var(--accent) }
label { display: inline-flex; align-items: center; gap: .25rem; min-inline-size: 0 }
svg { pointer-events: none; inline-size: 1.4rem; block-size: 1.4rem; flex: none; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round }
[dir=rtl] .send svg { transform: scaleX(-1) }
@media (forced-colors: active) { button, input, .log > p { border: 1px solid } }
@media (prefers-reduced-motion: no-preference) { .live { transition: box-shadow 80ms linear } }
`);

/** What the visitor sees: the shadow tree, and how a state looks. */
class View {
  log = make('div', { class: 'log', part: 'transcript', role: 'log', tabindex: '0' });
  status = make('p', { class: 'status', part: 'status', role: 'status' });
  intro = make('p', { class: 'intro', part: 'intro' });
  consent = make('slot', { name: 'consent' });
  consentBox = make('div', { class: 'consent', part: 'consent' }, this.consent);
  main = make('button', { class: 'main', part: 'button', type: 'button' });
  hold = make('button', { class: 'hold', part: 'hold', type: 'button', 'aria-pressed': 'false' });
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
    this.status,
    this.hold,
    make('div', { class: 'row', part: 'controls' }, this.main, this.mute, this.loudness),
    this.form,
  );
  #lines = new Map(); // transcript id → paragraph

  constructor(shadow) {
    shadow.adoptedStyleSheets = [STYLES];
    shadow.append(this.card, this.bubble);
    this.log.append(this.intro);
  }

  /** Put the words where they belong, for one state. */
  render({ words, direction, language, state, notice, running, waiting, consent, agreed, floating, open, pushToTalk, microphone, muted }) {
    Object.assign(this.card, { dir: direction, lang: language, hidden: floating && !open });
    this.card.setAttribute('aria-label', words.name);
    this.log.setAttribute('aria-label', words.transcript);
    this.consentBox.hidden = agreed || !consent;
    this.intro.hidden = !this.consentBox.hidden;
    notice ||= words[state];
    if (this.status.textContent !== notice) this.status.textContent = notice; // announced once
    this.status.dataset.state = this.card.dataset.state = state;
    const label = running ? words.end : state === 'failed' ? words.again : consent && !agreed ? words.agree : words.talk;
    this.main.replaceChildren(icon(running ? CROSS : MICROPHONE), label);
    this.intro.textContent = words.intro;
    this.main.disabled = waiting;
    this.main.classList.toggle('live', running);
    Object.assign(this.bubble, { hidden: !floating, dir: direction, lang: language, ariaLabel: open ? words.end : null, ariaExpanded: String(open) });
    this.bubble.replaceChildren(icon(open ? CROSS : MICROPHONE), open ? '' : words.talk);
    this.hold.hidden = !(pushToTalk && microphone);
    this.hold.textContent = words.hold;
    this.mute.hidden = pushToTalk || !microphone;
    this.loudness.hidden = !running;
    this.mute.ariaPressed = String(muted);
    this.mute.replaceChildren(icon(muted ? SILENCED : MICROPHONE));
    for (const [element, word] of [[this.mute, words.mute], [this.volume, words.volume], [this.input, words.type], [this.send, words.send]]) {
      element.ariaLabel = element.title = word;
    }
    this.input.placeholder = words.type;
    this.input.disabled = this.send.disabled = waiting || (consent && !agreed);
  }

  /** Show what has become of a transcript entry. */
  write({ id, role, text, final, before }, words) {
    let line = this.#lines.get(id);
    if (!line) {
      const speaker = make('span', { class: 'speaker' }, `${role === 'user' ? words.you : words.assistant}: `);
      line = make('p', { class: role, part: `line ${role}` }, speaker, make('bdi'));
      this.#lines.set(id, line);
      this.log.insertBefore(line, this.#lines.get(before) ?? null);
    }
    line.lastChild.textContent = text;
    this.log.ariaBusy = String(!final); // screen readers wait for the whole sentence
    this.log.scrollTop = this.log.scrollHeight;
  }

  note(text) {
    this.log.append(make('p', { class: 'note', part: 'note' }, text));
    this.log.scrollTop = this.log.scrollHeight;
  }

  clear() {
    this.#lines.clear();
    this.log.replaceChildren();
  }
}

const FORWARDED = ['ready', 'state', 'transcript', 'turn', 'interrupted', 'toolcall', 'usage', 'mute', 'reconnected', 'error'];
const RIGHT_TO_LEFT = ['ar'];

export class LiveVoice extends HTMLElement {
  static observedAttributes = ['lang', 'floating', 'push-to-talk'];

  // A page may have set these before this file was loaded.
  /** The functions of the page that the model may call: { name(args) { … } }. */
  functions = this.functions ?? {};
  /** Words in place of the dictionary's: { talk: 'Ask us', errors: { rate_limited: '…' } }. */
  words = this.words ?? {};
  /** Request headers for a function that verifies its callers: an object, or a function that returns one. */
  headers = this.headers;

  #view = new View(this.attachShadow({ mode: 'open' }));
  #session = null;
  #failed = false;
  #notice = '';
  #waiting = false; // as the function asked us to
  #agreed = false;
  #open = false; // the floating panel
  #dictionary = ENGLISH;
  #idle;
  #tokens;
  #languageWatch = new MutationObserver(() => this.#learnLanguage());

  constructor() {
    super();
    const attribute = (name) => () => this.getAttribute(name);
    const element = this;
    this.#tokens = new Tokens({
      get endpoint() { return element.endpoint; },
      get headers() { return element.headers; },
      prompt: attribute('prompt'),
      model: attribute('model'),
      voice: attribute('voice'),
      lang: () => this.#language,
      pageTitle: () => document.title,
      pageUrl: pageAddress,
      pageContent: () => (this.getAttribute('page') === 'off' ? '' : visibleText(document.querySelector(this.getAttribute('page') || 'main, article') ?? undefined)),
    });
    this.#listen();
  }

  /** The address of the function. */
  get endpoint() {
    return new URL(this.getAttribute('endpoint') ?? '', document.baseURI).href;
  }

  /** The conversation, a Session of livetoken.js, or null. */
  get session() {
    return this.#session;
  }

  /** ready, asking, listening, speaking, muted, reconnecting or failed. */
  get state() {
    if (!this.#session) return this.#failed ? 'failed' : 'ready';
    return this.#session.state === 'listening' && this.#session.muted ? 'muted' : this.#session.state;
  }

  connectedCallback() {
    this.#languageWatch.observe(document.documentElement, { attributes: true, attributeFilter: ['lang'] });
    this.#learnLanguage();
    if (document.readyState === 'complete') warmUp(this.endpoint);
    else addEventListener('load', () => warmUp(this.endpoint), { once: true });
  }

  disconnectedCallback() {
    this.#languageWatch.disconnect();
    this.stop();
  }

  attributeChangedCallback() {
    if (this.isConnected) this.#learnLanguage();
  }

  // ── The conversation

  /** Call it inside a click. Without `voice` the microphone is not asked for. */
  async start({ voice = true } = {}) {
    if (this.#session) return;
    this.#failed = false;
    this.#notice = '';
    this.#agreed = true;
    this.#view.clear();
    const session = (this.#session = new Session({
      tokens: this.#tokens,
      functions: this.functions,
      volume: this.#view.volume.valueAsNumber,
      pushToTalk: this.hasAttribute('push-to-talk'),
    }));
    for (const type of FORWARDED) session.addEventListener(type, (event) => this.#forward(type, event));
    // The visitor decides while the token is on its way.
    const opening = session.open().catch(() => {});
    if (voice) this.#askForMicrophone();
    this.#meter();
    await opening;
  }

  stop() {
    this.#session?.close();
  }

  /** Say something in writing; starts a conversation if there is none. */
  say(text) {
    this.start({ voice: false });
    this.#session?.sendText(text);
  }

  async #askForMicrophone() {
    await this.#session.startMicrophone().catch(() => {}); // an event says why
    this.#render();
  }

  #forward(type, event) {
    const { detail } = event;
    const copy = new CustomEvent(`live-voice-${type}`, { detail, bubbles: true, composed: true, cancelable: true });
    if (!this.dispatchEvent(copy)) event.preventDefault();
    if (type === 'transcript') this.#view.write(detail, this.#words);
    if (type === 'reconnected' && !detail.contextKept) this.#view.note(this.#words.restarted);
    if (type === 'error') this.#explain(detail.error, detail.fatal);
    if (detail?.state === 'closed' || detail?.state === 'failed') {
      this.#failed = detail.state === 'failed';
      this.#session = null;
    }
    if (type === 'transcript' || type === 'state') this.#watchIdle();
    this.#render();
  }

  #explain(error, fatal) {
    const sentence = this.#words.errors[error.code] ?? error.message;
    if (!fatal) return this.#view.note(sentence);
    this.#notice = sentence;
    this.#waiting = Boolean(error.retryAfter);
    const enable = () => {
      this.#waiting = false;
      this.#render();
    };
    if (this.#waiting) setTimeout(enable, 1000 * Math.min(error.retryAfter, 60));
  }

  /** An open microphone in a forgotten tab costs the owner money. */
  #watchIdle() {
    clearTimeout(this.#idle);
    const minutes = Number(this.getAttribute('idle-minutes') ?? 5);
    const end = () => {
      this.stop();
      this.#notice = this.#words.idle;
      this.#render();
    };
    if (this.#session && minutes > 0) this.#idle = setTimeout(end, minutes * 60000);
  }

  #meter() {
    if (!this.#session || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    const { input, output } = this.#session.levels;
    this.#view.main.style.setProperty('--level', Math.min(1, 4 * Math.max(input, output)).toFixed(2));
    requestAnimationFrame(() => this.#meter());
  }

  // ── The visitor's hands

  #listen() {
    const { main, bubble, mute, volume, form, input, hold, consent } = this.#view;
    const ask = () => this.#tokens.prefetch().then(preconnect, () => {}); // a click will say what is wrong
    for (const intent of ['pointerenter', 'focusin', 'touchstart']) {
      this.addEventListener(intent, () => this.#session || this.#waiting || ask(), { passive: true });
    }
    main.onclick = () => (this.#session ? this.stop() : this.start());
    bubble.onclick = () => this.#toggle();
    mute.onclick = () => { this.#session.muted = !this.#session.muted; };
    volume.oninput = () => { if (this.#session) this.#session.volume = volume.valueAsNumber; };
    form.onsubmit = (event) => {
      event.preventDefault();
      if (input.value.trim()) this.say(input.value.trim());
      input.value = '';
    };
    const talk = (on) => {
      hold.ariaPressed = String(on);
      if (on) this.#session?.startTalking();
      else this.#session?.stopTalking();
    };
    hold.onpointerdown = (event) => {
      hold.setPointerCapture(event.pointerId);
      talk(true);
    };
    hold.onpointerup = hold.onpointercancel = hold.onblur = () => talk(false);
    hold.onkeydown = ({ key, repeat }) => (key === ' ' || key === 'Enter') && !repeat && talk(true);
    hold.onkeyup = () => talk(false);
    hold.oncontextmenu = (event) => event.preventDefault(); // a long touch asks for no menu
    consent.onslotchange = () => this.#render();
    this.addEventListener('keydown', ({ key }) => key === 'Escape' && this.#open && this.#toggle());
  }

  /** Opening the floating panel starts the conversation, unless there is something to agree to first. */
  #toggle() {
    this.#open = !this.#open;
    if (!this.#open) this.stop();
    else if (!this.#asksConsent) this.start();
    this.#render();
    (this.#open ? this.#view.main : this.#view.bubble).focus();
  }

  // ── Words

  get #asksConsent() {
    return !this.#agreed && this.#view.consent.assignedNodes().length > 0;
  }

  get #language() {
    return this.closest('[lang]')?.lang.replace('_', '-') || 'en';
  }

  async #learnLanguage() {
    this.#dictionary = await dictionary(this.#language.split('-')[0].toLowerCase());
    this.#render();
  }

  get #words() {
    const words = { ...this.#dictionary, ...this.words, errors: { ...this.#dictionary.errors, ...this.words.errors } };
    for (const name in ENGLISH) words[name] = this.getAttribute(`label-${name}`) ?? words[name];
    return words;
  }

  #render() {
    const language = Object.keys(dictionaries).find((name) => dictionaries[name] === this.#dictionary);
    this.#view.render({
      words: this.#words,
      language,
      direction: RIGHT_TO_LEFT.includes(language) ? 'rtl' : 'ltr',
      state: this.state,
      notice: this.#session ? '' : this.#notice,
      running: Boolean(this.#session),
      waiting: this.#waiting,
      consent: this.#view.consent.assignedNodes().length > 0,
      agreed: this.#agreed,
      floating: this.hasAttribute('floating'),
      open: this.#open,
      pushToTalk: this.hasAttribute('push-to-talk'),
      microphone: this.#session?.microphoneOn,
      muted: Boolean(this.#session?.muted),
    });
  }
}

customElements.define('live-voice', LiveVoice);
