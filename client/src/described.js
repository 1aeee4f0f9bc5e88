/** What the function and the page tools are told of an element and its page. Licence: Apache-2.0 */

import { pageAddress, pageContent } from './page.js';
import { pageSections } from './sections.js';
import { Tokens } from './tokens.js';

/**
 * Tokens for an element; each request describes the page of its moment.
 * @param {import('./element.js').LiveVoice} element
 * @param {import('./language.js').Language} language
 */
export function tokensOf(element, language) {
  const attribute = (/** @type {string} */ name) => () => element.getAttribute(name);
  return new Tokens({
    get endpoint() { return element.endpoint; },
    get headers() { return element.headers; },
    prompt: attribute('prompt'),
    model: attribute('model'),
    voice: attribute('voice'),
    lang: () => language.tag,
    pageTitle: () => document.title,
    pageUrl: pageAddress,
    pageContent: () => pageContent(element.getAttribute('page')),
    pageSections: () => pageSections(element.getAttribute('page')),
  });
}

/**
 * @param {import('./element.js').LiveVoice} element
 * @param {NonNullable<import('./pagetools.js').Site['open']>} open
 * @returns {import('./pagetools.js').Site}
 */
export function siteOf(element, open) {
  return { index: () => element.getAttribute('search'), parts: () => element.getAttribute('page'), open };
}

/** @param {Element} element */
export function pageOf(element) {
  return { address: pageAddress() ?? '', title: document.title, text: () => pageContent(element.getAttribute('page')) };
}
