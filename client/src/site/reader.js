/** The text of another page of the site: what its markup shows. Style sheets are not applied. Licence: Apache-2.0 */

import { ownAddress } from '../address.js';
import { isUntold } from '../visibility.js';
import { fetchText } from './fetching.js';
import { give, isGiven } from './given.js';
import { cutAt, lineOf, seen } from './wording.js';

const BYTES = 2_000_000;
const MILLISECONDS = 8000;
const CHARACTERS = 8000;
const ELEMENTS = 50_000;
const LINKS = 2000;
const TYPES = /^(text\/(html|plain|markdown|x-markdown)|application\/xhtml\+xml)\b/i;
// The last are the marks beside headings that link to them.
const HIDDEN = '[hidden], [inert], dialog:not([open]), [popover], nav, object, a.headerlink, a.header-anchor, a.hash-link, a.anchorjs-link';
const HIDING_STYLE = /(display\s*:\s*none|visibility\s*:\s*(hidden|collapse)|content-visibility\s*:\s*hidden|opacity\s*:\s*0*\.?0*\s*(;|!|$)|font-size\s*:\s*0|clip-path\s*:|clip\s*:|(text-indent|left|top|right)\s*:\s*-\d{3})/i;
const IN_LINE = /^(a|abbr|b|bdi|bdo|cite|code|data|dfn|em|font|i|ins|kbd|mark|q|rp|rt|ruby|s|samp|small|span|strong|sub|sup|time|tt|u|var|wbr)$/;

/** @type {{ createHTML(html: string): string } | undefined} */
let policy;

/** What pages of this visit said, so that a page is not fetched for each of its places. @type {Map<string, Promise<PageText>>} */
const known = new Map();

/** @typedef {{ title: string, address: string, text: string }} PageText */

/**
 * The answer of `read_page`.
 * @param {any} args
 * @param {import('../pagetools.js').Site} site
 * @param {AbortSignal} [signal]
 * @returns {Promise<PageText | { error: string }>}
 */
export async function readPage({ address: written } = {}, site = {}, signal) {
  const address = ownAddress(written);
  if (!address) return { error: 'Only pages of this site can be read.' };
  if (!isGiven(address)) return { error: 'Such an address can be read only as the site gives it.' };
  try {
    const page = await pageAt(address, site, signal);
    return { ...page, text: cutAt(page.text, CHARACTERS) || 'This page shows no text that could be read.' };
  } catch (/** @type {any} */ error) {
    return { error: `The page cannot be read: ${error.message}.` };
  }
}

/**
 * @param {URL} address
 * @param {import('../pagetools.js').Site} site
 * @param {AbortSignal} [signal]
 */
export function pageAt(address, site, signal) {
  const key = address.href.split('#')[0];
  const found = known.get(key) ?? fetchPage(address, site, signal);
  known.set(key, found);
  found.catch(() => known.delete(key));
  return found;
}

/**
 * @param {URL} address
 * @param {import('../pagetools.js').Site} site
 * @param {AbortSignal} [signal]
 * @returns {Promise<PageText>}
 */
async function fetchPage(address, { parts }, signal) {
  const { text, type, address: last } = await fetchText(address, { bytes: BYTES, milliseconds: MILLISECONDS, types: TYPES, kept: false, signal });
  const hash = address.hash && !last.hash ? address.hash : last.hash;
  const place = { address: last.href.split('#')[0] + hash };
  if (!/html/i.test(type)) return { title: lineOf(/^#\s+(.*)/m.exec(text)?.[1]), ...place, text: seen(text).trim() };
  const page = parsed(text);
  for (const link of [...page.links].slice(0, LINKS)) give(ownAddress(link.getAttribute('href'), last.href));
  return { title: cutAt(lineOf(page.title), 200), ...place, text: textOfPage(page, parts?.() ?? null) };
}

/**
 * A page that loads nothing and runs nothing.
 * @param {string} html
 */
function parsed(html) {
  const parser = new DOMParser();
  try {
    return parser.parseFromString(html, 'text/html');
  } catch {
    try {
      policy ??= /** @type {any} */ (globalThis).trustedTypes.createPolicy('livetoken', { createHTML: String });
      return parser.parseFromString(/** @type {any} */ (policy).createHTML(html), 'text/html');
    } catch {
      throw new Error("the page's policy forbids it: trusted-types needs livetoken");
    }
  }
}

/**
 * @param {Document} page
 * @param {string | null} selector
 */
function textOfPage(page, selector) {
  let parts = [];
  try {
    if (selector && selector !== 'off') parts = [...page.querySelectorAll(selector)];
  } catch {} // the page itself was told so already
  if (!parts.length) parts = [...page.querySelectorAll('main, article, [role=main]')];
  parts = parts.filter((part) => !parts.some((other) => other !== part && other.contains(part)));
  const walk = { text: '', left: ELEMENTS };
  for (const part of parts.length ? parts : [page.body]) {
    if (isShown(part.parentElement)) append(part, walk, false);
    walk.text += '\n';
  }
  return seen(walk.text).replace(/[^\S\n]+/g, ' ').replace(/ ?\n[ \n]*/g, '\n').trim();
}

/** @param {Element | null} element */
function isShown(element) {
  for (let at = element; at; at = at.parentElement) if (isLeftOut(at)) return false;
  return true;
}

/** @param {Element} element */
const isLeftOut = (element) => isUntold(element) || element.matches(HIDDEN) || HIDING_STYLE.test(element.getAttribute('style') ?? '');

/**
 * @param {Element} element
 * @param {{ text: string, left: number }} walk
 * @param {boolean} kept line breaks count here
 */
function append(element, walk, kept) {
  if (walk.left-- < 0 || walk.text.length > 4 * CHARACTERS || isLeftOut(element)) return;
  const { localName } = element;
  const cell = localName === 'td' || localName === 'th';
  const block = !IN_LINE.test(localName) && !cell;
  if (block) walk.text += '\n';
  for (const node of element.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) walk.text += kept ? node.nodeValue : node.nodeValue?.replace(/\s+/g, ' ');
    else if (node.nodeType === Node.ELEMENT_NODE) append(/** @type {Element} */ (node), walk, kept || localName === 'pre');
  }
  if (block) walk.text += '\n';
  if (cell) walk.text += ' ';
}
