/** The search over the whole site. Licence: Apache-2.0 */

import { inTime } from './fetching.js';
import { pageAt } from './reader.js';
import { findIndex } from './sources.js';
import { cutAt, excerptOf, lineOf } from './wording.js';

const RESULTS = 5;
const EXCERPT = 300; // characters
const QUERY = 200;
const SEARCH_MILLISECONDS = 8000;

/** @typedef {{ title: string, address: string, excerpt: string }} Result */
/** @typedef {(places: import('./places.js').Place[]) => Promise<import('./sources.js').Search>} Ranking */

/** One index a page, whatever the element is named. @type {Map<string, Promise<import('./sources.js').Search | null>>} */
const indexes = new Map();

/**
 * The answer of `search_site`.
 * @param {any} args
 * @param {import('../pagetools.js').Site} site
 * @param {AbortSignal} signal
 * @param {Ranking} ranked
 * @returns {Promise<{ results: Result[] } | { error: string }>}
 */
export async function searchSite({ query: asked }, site, signal, ranked) {
  const query = cutAt(lineOf(asked), QUERY);
  if (!query) return { error: 'Say what to search for.' };
  const named = site.index?.() ?? '';
  const index = named === 'off' ? null : await indexOf(named, ranked);
  if (!index) return { error: 'This site has no index that can be searched.' };
  const places = onePerPage(await inTime(index(query), SEARCH_MILLISECONDS, 'The search did not end in time.'));
  return { results: await Promise.all(places.slice(0, RESULTS).map((place) => resultOf(place, query, site, signal))) };
}

/**
 * @param {string} named
 * @param {Ranking} ranked
 */
function indexOf(named, ranked) {
  const index = indexes.get(named) ?? findIndex(named || null, ranked);
  indexes.set(named, index);
  return index;
}

/** @param {import('./places.js').Place[]} places */
function onePerPage(places) {
  const seen = new Set();
  return places.filter(({ address }) => {
    const page = address.split('#')[0];
    return !seen.has(page) && seen.add(page);
  });
}

/**
 * @param {import('./places.js').Place} place
 * @param {string} query
 * @param {import('../pagetools.js').Site} site
 * @param {AbortSignal} [signal]
 * @returns {Promise<Result>}
 */
async function resultOf({ title, address, text, words }, query, site, signal) {
  if (text && !words) return { title, address, excerpt: excerptOf(text, query, EXCERPT) };
  const page = await pageAt(new URL(address), site, signal).catch(() => null);
  return { title: title || page?.title || address, address, excerpt: page ? excerptOf(lineOf(page.text), query, EXCERPT) : '' };
}
