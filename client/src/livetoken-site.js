/** The page tools. Loaded when the model first calls one of them. Licence: Apache-2.0 */

import { openPage } from './site/going.js';
import { readPage } from './site/reader.js';
import { searchSite } from './site/search.js';
import { showSection } from './site/section.js';

/** @type {import('./site/search.js').Ranking} */
const ranked = async (places) => (await import('./livetoken-search.js')).ranked(places);

/** @type {Record<string, (args: any, site: import('./pagetools.js').Site, signal: AbortSignal) => unknown>} */
export const PAGE_TOOLS = {
  search_site: (args, site, signal) => searchSite(args, site, signal, ranked),
  read_page: readPage,
  show_section: showSection,
  open_page: openPage,
};
