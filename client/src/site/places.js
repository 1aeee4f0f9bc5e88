/** Places of the site, as a search index names them, and which of them may be told. Licence: Apache-2.0 */

import { ownAddress } from '../address.js';
import { give } from './given.js';
import { cutAt, textOfHtml } from './wording.js';

const PLACES = 20_000; // of one index
const CHARACTERS = 20_000; // of one place
const TITLE = 150;

/**
 * @typedef {object} Place
 * @property {string} title
 * @property {string} address
 * @property {string} text what the index says of it
 * @property {boolean} [words] the text is a list of words, and nothing to quote
 */

/**
 * @typedef {object} Found
 * @property {unknown} title
 * @property {unknown} address
 * @property {unknown} [text]
 * @property {boolean} [words]
 */

/**
 * The places of an index that are of this site.
 * @param {Found[]} found
 * @param {string} base what its addresses are relative to
 * @param {{ title: (written: unknown) => string, text: (written: unknown) => string }} [readers] of titles and texts as this index writes them
 * @returns {Place[]}
 */
export function placesOf(found, base, readers = { title: textOfHtml, text: textOfHtml }) {
  const places = [];
  for (const { title, address: written, text, words } of found.slice(0, PLACES)) {
    const address = ownAddress(written, base);
    give(address);
    if (address) places.push({ title: titleOf(title, readers.title), address: address.href, text: readers.text(typeof text === 'string' ? text.slice(0, CHARACTERS) : ''), words });
  }
  return places;
}

/**
 * @param {unknown} title
 * @param {(written: unknown) => string} [read]
 */
export const titleOf = (title, read = textOfHtml) => cutAt(read(typeof title === 'string' ? title.slice(0, 4 * TITLE) : ''), TITLE);

/** The file's own JSON, or an error for the owner. @param {string} text */
export function json(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('it is no JSON');
  }
}

/** @param {unknown} value @returns {any[]} */
export const listOf = (value) => (Array.isArray(value) ? value : []);

