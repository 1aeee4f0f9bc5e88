/** The language of an element, and its words in it. Licence: Apache-2.0 */

import { ENGLISH, ENGLISH_TRANSLATION, translation } from './words.js';

export class Language {
  #element;
  #onchange;
  #translation = ENGLISH_TRANSLATION;
  #watch = new MutationObserver(() => this.learn());

  /**
   * @param {HTMLElement & { words: import('./words.js').Words }} element
   * @param {() => void} onchange
   */
  constructor(element, onchange) {
    this.#element = element;
    this.#onchange = onchange;
  }

  /** BCP-47: of the nearest element that has one. */
  get tag() {
    const { lang = '' } = /** @type {HTMLElement} */ (this.#element.closest('[lang]') ?? {});
    return lang.replace('_', '-') || 'en';
  }

  /** Of the words; it may be English for want of others. */
  get spoken() {
    return this.#translation.language;
  }

  get direction() {
    return this.#translation.direction;
  }

  /** The words, with those of the page in place of the dictionary's. */
  get words() {
    const { words } = this.#translation;
    const own = this.#element.words;
    const all = { ...words, ...own, errors: { ...words.errors, ...own.errors } };
    for (const name in ENGLISH) all[name] = this.#element.getAttribute(`label-${name}`) ?? all[name];
    return all;
  }

  follow() {
    this.#watch.observe(document.documentElement, { attributes: true, attributeFilter: ['lang'] });
    return this.learn();
  }

  async learn() {
    this.#translation = await translation(this.tag);
    this.#onchange();
  }

  rest() {
    this.#watch.disconnect();
  }
}
