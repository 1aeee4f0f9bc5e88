/** Addresses of this site in a text become links; everything else stays text. Loaded with the first address that is said. Licence: Apache-2.0 */

import { ownAddress } from './address.js';
import { make } from './dom.js';

const ADDRESS = /\bhttps?:\/\/[^\s<>"“”„«»`|^{}]+/giu;
const AFTERWARDS = /[.,;:!?'’)\]。、，）]+$/u; // belongs to the sentence

/**
 * @param {string} text
 * @returns {Array<string | HTMLAnchorElement>}
 */
export function linked(text) {
  /** @type {Array<string | HTMLAnchorElement>} */
  const parts = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    const written = found.replace(AFTERWARDS, '');
    const address = ownAddress(written);
    if (!address) continue;
    parts.push(text.slice(end, index), make('a', { href: address.href }, written));
    end = index + written.length;
  }
  return [...parts, text.slice(end)];
}
