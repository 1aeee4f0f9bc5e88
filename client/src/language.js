/** The language of an element, and its words in it. Licence: Apache-2.0 */

import { ENGLISH, ENGLISH_TRANSLATION, translation } from './words.js';

export class Language {
  #element;
  #onchange;
  #translation = ENGLISH_TRANSLATION;
  #reported = ''; // what the owner was told about already
  #watch = new MutationObserver(() => this.learn());

  /**
   * @param {HTMLElement & { words: import('./words.js').Words }} element
   * @param {() => void} onchange
   */
  constructor(element, onchange) {
    this.#element = element;
    this.#onchange = onchange;
  }

  /** BCP-47: of the nearest element that has one, in or around the shadow trees; else of the browser. */
  get tag() {
    const written = nearestLanguage(this.#element);
    const known = knownTag(written);
    if (!known && written && written !== this.#reported) {
      this.#reported = written;
      console.warn(`<live-voice>: lang="${written}" is no language; it is left out.`);
    }
    return known || (written && knownTag(navigator.language)) || 'en';
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

/** @param {Element} element */
function nearestLanguage(element) {
  for (let at = /** @type {Element | undefined} */ (element); at; at = /** @type {ShadowRoot} */ (at.getRootNode()).host) {
    const { lang } = /** @type {HTMLElement} */ (at.closest('[lang]') ?? {});
    if (lang) return lang.trim();
  }
  return '';
}

const NO_LANGUAGE = ['mis', 'mul', 'und', 'zxx']; // have codes and are none

/**
 * A tag without what does not belong to it; empty where nothing is left that names a language.
 * @param {string} written
 */
function knownTag(written) {
  const names = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' });
  const parts = /^[a-z]{2,8}([-_][a-z0-9]{2,8})*/i.exec(written)?.[0].split(/[-_]/) ?? [];
  for (; parts.length; parts.pop()) {
    try {
      const { baseName, language } = new Intl.Locale(parts.join('-'));
      return names.of(language) && !NO_LANGUAGE.includes(language) ? baseName : '';
    } catch {
      // one part fewer may be a tag
    }
  }
  return '';
}
