/** Where the search index of the site is. Licence: Apache-2.0 */

import { ownAddress } from '../address.js';
import { fetchText, inTime, SCRIPT } from './fetching.js';
import { list, llms, llmsFull, mkdocs, sphinx } from './indexes.js';
import { pagefind } from './pagefind.js';

const BYTES = 8_000_000;
const MILLISECONDS = 6000;
const JSON_FILE = /^(application\/(.*\+)?json|text\/(json|plain))\b/i;
const TEXT = /^(text\/(plain|markdown|x-markdown)|application\/octet-stream)\b/i;

/** @typedef {(query: string) => Promise<import('./places.js').Place[]>} Search Places, the best first. */

/**
 * @typedef {object} Source
 * @property {RegExp} name of the file
 * @property {string} usual where it is below the site's root
 * @property {RegExp} types
 * @property {(text: string, address: string) => import('./places.js').Place[] | Promise<import('./places.js').Place[]>} [read]
 */

/** In this order. @type {Source[]} */
const SOURCES = [
  { name: /pagefind\.js$/, usual: 'pagefind/pagefind.js', types: SCRIPT },
  { name: /search_index\.json$/, usual: 'search/search_index.json', types: JSON_FILE, read: mkdocs },
  { name: /searchindex\.js$/, usual: 'searchindex.js', types: SCRIPT, read: sphinx },
  { name: /llms-full\.txt$/, usual: 'llms-full.txt', types: TEXT, read: llmsFull },
  { name: /\.(txt|md)$/, usual: 'llms.txt', types: TEXT, read: llms },
  { name: /\.json$/, usual: '', types: JSON_FILE, read: list },
];

/**
 * The first index that can be used: the one that the page names, or one in a usual place. What cannot be used is told on the console.
 * @param {string | null} named the attribute `search`
 * @param {(places: import('./places.js').Place[]) => Promise<Search>} ranked makes a list of places searchable
 * @returns {Promise<Search | null>}
 */
export async function findIndex(named, ranked) {
  for (const [source, address] of named ? chosen(named) : usual()) {
    try {
      // also where it is a program: a missing file is told better than a failed import
      const { text, address: last } = await fetchText(address, { bytes: BYTES, milliseconds: MILLISECONDS, types: source.types });
      if (!source.read) return await inTime(pagefind(address), MILLISECONDS, 'it did not come in time');
      const places = await source.read(text, last.href);
      if (!places.length) throw new Error('it names no page of this site');
      return await ranked(places);
    } catch (/** @type {any} */ error) {
      const absent = !named && / answers 4\d\d$| is no such file$/.test(error.message);
      if (!absent) console.warn(`<live-voice>: the search index ${address.pathname} is left out: ${error.message}.`);
    }
  }
  return null;
}

/** @param {string} named @returns {Array<[Source, URL]>} */
function chosen(named) {
  const address = ownAddress(named);
  const source = address && SOURCES.find(({ name }) => name.test(address.pathname));
  if (source) return [[source, address]];
  console.warn(`<live-voice>: search="${named}" is no index that can be used.`);
  return [];
}

/** @returns {Array<[Source, URL]>} */
function usual() {
  const tries = SOURCES.filter(({ usual: path }) => path).flatMap((source) => roots().map((root) => [source, ownAddress(source.usual, root)]));
  return /** @type {Array<[Source, URL]>} */ (tries.filter(([, address]) => address));
}

/** Where the site may begin: as its generator says, else above the page's first folder, or at the origin. */
function roots() {
  const said = ownAddress(saidRoot(), location.href)?.href;
  const first = /^\/[^/]+\//.exec(location.pathname)?.[0] ?? '/';
  return [...new Set(said ? [said] : [location.origin + first, `${location.origin}/`])];
}

/** The site's root as the page of a generator names it, always as a folder. */
function saidRoot() {
  const { contentRoot, content_root: sphinx } = /** @type {any} */ (document.documentElement.dataset); // Sphinx from 7.2 on
  const options = document.getElementById('documentation_options')?.getAttribute('data-url_root'); // … and before
  const said = sphinx ?? contentRoot ?? options ?? materialRoot() ?? /** @type {any} */ (globalThis).base_url; // the last is MkDocs'
  return said && typeof said === 'string' ? said.replace(/\/?$/, '/') : undefined;
}

/** Material for MkDocs says it in a script of data. */
function materialRoot() {
  try {
    return JSON.parse(document.getElementById('__config')?.textContent ?? '{}').base;
  } catch {
    return undefined;
  }
}
