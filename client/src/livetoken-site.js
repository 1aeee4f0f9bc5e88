/** The page tools. Loaded when the model first calls one of them. Licence: Apache-2.0 */

import { openPage } from './site/going.js';
import { readPage } from './site/reader.js';
import { searchSite } from './site/search.js';
import { showSection } from './site/section.js';

/** @type {import('./site/search.js').Ranking} */
const ranked = async (places) => (await import('./livetoken-search.js')).ranked(places);

const MINUTE = 60_000;
const MOST = 20; // calls in a minute: a page can tell the model to go on for ever
const PAUSE = 2000;

/** When the latest calls were. @type {number[]} */
let calls = [];

/** @typedef {(args: any, site: import('./pagetools.js').Site, signal: AbortSignal) => unknown} PageTool */

/**
 * @param {PageTool} tool
 * @returns {PageTool}
 */
const paced = (tool) => async (args, site, signal) => {
  calls = [...calls.filter((time) => time > Date.now() - MINUTE), Date.now()].slice(-MOST - 1);
  if (calls.length <= MOST) return tool(args, site, signal);
  await new Promise((resolve) => setTimeout(resolve, PAUSE));
  return { error: 'These are too many calls for one minute. Go on talking with the visitor.' };
};

/** @type {Record<string, PageTool>} */
export const PAGE_TOOLS = {
  search_site: paced((args, site, signal) => searchSite(args, site, signal, ranked)),
  read_page: paced(readPage),
  show_section: paced(showSection),
  open_page: paced(openPage),
};
