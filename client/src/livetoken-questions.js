/** Questions to begin with, as buttons. Loaded where a page or its prompt file has some. Licence: Apache-2.0 */

import { make } from './dom.js';
import { partWords } from './partwords.js';

const QUESTIONS = 8;
const CHARACTERS = 200;
// One row that scrolls sideways: what is said has the room.
const STYLES = `
.questions { display: flex; gap: .4rem; flex: none; max-block-size: 40%; overflow: auto; scrollbar-width: thin; padding: 3px; margin: -7px -3px }
.questions button { flex: none; max-inline-size: 85%; min-block-size: 2.25rem; padding: .2rem .8rem; font-size: .9375em; text-align: start; border-radius: 1.2rem; line-height: 1.25 }
`;

export class Questions {
  #host;
  #box = make('div', { class: 'questions', part: 'questions', role: 'group' });
  #shown = '';
  /** @type {string[]} */
  #asked = [];
  /** What the function has answered. @type {unknown} */
  #answered;

  /** @param {import('./extras.js').Host} host */
  constructor(host) {
    this.#host = host;
    const { view } = host;
    view.addStyles(STYLES);
    view.log.after(this.#box);
    view.question.addEventListener('slotchange', () => host.render());
  }

  /** The questions of the prompt file, once for each prompt that the page names. */
  async #ask() {
    const { element, view } = this.#host;
    const prompt = element.getAttribute('prompt');
    const { connection } = /** @type {{ connection?: { saveData?: boolean } }} */ (navigator);
    if (!prompt || this.#asked.includes(prompt) || connection?.saveData || view.question.assignedElements().length) return;
    this.#asked.push(prompt);
    try {
      const address = new URL(element.endpoint);
      address.searchParams.set('prompt', prompt);
      const answer = await fetch(address, { credentials: 'omit', priority: 'low', signal: AbortSignal.timeout(12000) });
      const { questions } = await answer.json();
      if (!Array.isArray(questions)) return;
      this.#answered = questions;
      this.#host.render();
    } catch {} // a click will say what is wrong
  }

  /** @param {import('./view.js').Look} look */
  render({ asksConsent, waiting }) {
    this.#ask();
    const own = this.#host.view.question.assignedElements().map(({ textContent }) => textContent);
    const texts = (own.length ? own : /** @type {unknown[]} */ (this.#answered ?? []))
      .flatMap((text) => (typeof text === 'string' && text.trim() ? text.replace(/\s+/g, ' ').trim().slice(0, CHARACTERS) : []))
      .slice(0, QUESTIONS);
    this.#box.ariaLabel = partWords(this.#host).questions;
    this.#box.hidden = asksConsent || !texts.length;
    if (this.#shown !== JSON.stringify(texts)) { // a button that has the focus keeps it
      this.#shown = JSON.stringify(texts);
      this.#box.replaceChildren(...texts.map((text) => this.#button(text)));
    }
    for (const button of this.#box.children) /** @type {HTMLButtonElement} */ (button).ariaDisabled = String(waiting);
  }

  /** @param {string} text */
  #button(text) {
    const button = make('button', { type: 'button', part: 'question', dir: 'auto' }, text);
    button.onclick = () => button.ariaDisabled !== 'true' && this.#host.element.say(text);
    return button;
  }
}
