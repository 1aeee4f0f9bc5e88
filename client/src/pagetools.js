/** The functions that every page has, where the prompt file declares them. Licence: Apache-2.0 */

/**
 * What the page tools need to know of the page.
 * @typedef {object} Site
 * @property {() => string | null} [index] address of the site's search index, or `off`; else the usual places are tried
 * @property {() => string | null} [parts] selector of the text of a page; `main, article`
 * @property {(address: URL, signal: AbortSignal) => Promise<Record<string, unknown>>} [open] shows a link, and opens it where that is allowed
 */

const NAMES = ['search_site', 'read_page', 'show_section', 'open_page'];

/**
 * One of the page tools, or undefined; what it does is loaded when it is first called.
 * @param {string} name
 * @param {Site} [site]
 * @returns {import('./tools.js').PageFunction | undefined}
 */
export function pageTool(name, site = {}) {
  if (!NAMES.includes(name) || !globalThis.document) return undefined;
  return async (args, { signal }) => {
    const { PAGE_TOOLS } = await import('./livetoken-site.js');
    return PAGE_TOOLS[name](args, site, signal);
  };
}
