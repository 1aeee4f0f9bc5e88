/** What a visitor can do with a conversation: copy, save, read instead of hear, rate. Loaded where the page has `actions`. Licence: Apache-2.0 */

import { make } from './dom.js';
import { icon } from './icons.js';
import { partWords } from './partwords.js';

const COPY = 'M9 9h11v11H9zM5 15H4V4h11v1';
const SAVE = 'M12 4v11M7 11l5 5 5-5M5 20h14';
const WRITTEN = 'M4 6h16M4 12h16M4 18h9';
const GOOD = 'M7 21V11l4-8c2 0 3 1 2.500 3L13 9h6c1.500 0 2 1 1.700 2l-2 8c-.3 1.300-1 2-2.200 2zM3 11h4v10H3z';
const BAD = 'M7 3v10l4 8c2 0 3-1 2.500-3L13 15h6c1.500 0 2-1 1.700-2l-2-8C18.400 3.700 17.700 3 16.500 3zM3 3h4v10H3z';
const STYLES = `
.line { display: flex; gap: .5rem; align-items: center }
.line .status { flex: 1 }
.actions { display: flex; gap: .25rem; flex: none }
.actions button, .rating button { min-block-size: 2.25rem; padding: 0 .5rem; border-color: transparent; font-size: .875em }
.actions [aria-pressed=true], .rating [aria-pressed=true] { background: color-mix(in srgb, var(--accent) 22%, transparent) }
.rating { align-self: start; display: flex; margin-block-start: -.4rem }
.rating button { min-block-size: 1.75rem }
.rating svg, .actions svg { inline-size: 1.1rem; block-size: 1.1rem }
`;
const NAMES = /** @type {const} */ (['copy', 'save', 'silent', 'rate']);

export class Actions {
  #host;
  #copy = make('button', { type: 'button', part: 'copy' });
  #save = make('button', { type: 'button', part: 'save' });
  #written = make('button', { type: 'button', part: 'silent', 'aria-pressed': 'false' });
  #row = make('div', { class: 'actions', part: 'actions', role: 'group' }, this.#copy, this.#save, this.#written);
  /** The latest, whether it runs or not. @type {import('./session.js').Session | null} */
  #session = null;
  /** Of the entries. @type {Map<HTMLElement, HTMLElement>} */
  #ratings = new Map();

  /** @param {import('./extras.js').Host} host */
  constructor(host) {
    this.#host = host;
    host.view.addStyles(STYLES);
    const { status } = host.view;
    const line = make('div', { class: 'line' });
    status.before(line);
    line.append(status, this.#row);
    this.#copy.onclick = () => this.#copyText();
    this.#save.onclick = () => this.#saveText();
    this.#written.onclick = () => {
      const { element } = host;
      element.silent = !element.silent;
      if (element.silent) host.note(partWords(host).billed);
      host.render();
    };
  }

  render() {
    const words = partWords(this.#host);
    const { element, view } = this.#host;
    this.#session = element.session ?? this.#session;
    const chosen = element.getAttribute('actions')?.match(/\w+/g) ?? NAMES;
    const lines = [...view.log.querySelectorAll(':scope > .model')].map((line) => /** @type {HTMLElement} */ (line));
    this.#row.hidden = !element.hasAttribute('actions') || !view.lines.size;
    this.#row.ariaLabel = words.transcript;
    for (const [name, button, path, label] of /** @type {const} */ ([
      ['copy', this.#copy, COPY, words.copy], ['save', this.#save, SAVE, words.save], ['silent', this.#written, WRITTEN, words.written],
    ])) {
      button.hidden = !chosen.includes(name);
      if (button.title !== label) button.replaceChildren(icon(path));
      button.ariaLabel = button.title = label;
    }
    this.#written.ariaPressed = String(element.silent);
    if (element.hasAttribute('actions') && chosen.includes('rate')) for (const line of lines) this.#offerRating(line, words);
  }

  /**
   * Two thumbs below what the model has said to the end.
   * @param {HTMLElement} line
   * @param {ReturnType<typeof partWords>} words
   */
  #offerRating(line, words) {
    if (this.#ratings.has(line) || line.dataset.final !== 'true') return;
    const good = make('button', { type: 'button', part: 'good', 'aria-pressed': 'false', 'aria-label': words.good, title: words.good }, icon(GOOD));
    const bad = make('button', { type: 'button', part: 'bad', 'aria-pressed': 'false', 'aria-label': words.bad, title: words.bad }, icon(BAD));
    const rating = make('div', { class: 'rating', part: 'rating', role: 'group' }, good, bad);
    good.onclick = () => this.#rate(line, 'up', good, bad);
    bad.onclick = () => this.#rate(line, 'down', bad, good);
    line.after(rating);
    this.#ratings.set(line, rating);
    this.#host.view.log.scrollTop = this.#host.view.log.scrollHeight;
  }

  /**
   * @param {HTMLElement} line
   * @param {'up' | 'down'} thumb
   * @param {HTMLButtonElement} pressed
   * @param {HTMLButtonElement} other
   */
  #rate(line, thumb, pressed, other) {
    const rating = pressed.ariaPressed === 'true' ? null : thumb;
    pressed.ariaPressed = String(rating !== null);
    other.ariaPressed = 'false';
    const detail = { id: Number(line.dataset.id), rating, text: line.querySelector('bdi')?.textContent ?? '' };
    this.#session?.rate(detail.id, rating);
    this.#host.element.dispatchEvent(new CustomEvent('live-voice-rating', { detail, bubbles: true, composed: true }));
  }

  get #text() {
    const { log } = this.#host.view;
    return `${[...log.querySelectorAll(':scope > .user, :scope > .model')].map(({ textContent }) => textContent).join('\n\n')}\n`;
  }

  async #copyText() {
    const { note } = this.#host;
    const words = partWords(this.#host);
    await navigator.clipboard.writeText(this.#text).then(() => note(words.copied), () => note(words.refused));
  }

  #saveText() {
    const address = URL.createObjectURL(new Blob([this.#text], { type: 'text/plain' }));
    make('a', { href: address, download: `${this.#host.words().transcript}.txt` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
  }
}
