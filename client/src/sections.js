/** The headings of the page that one can go to. Licence: Apache-2.0 */

import { partsOf, visibleText } from './page.js';

const SECTIONS = 50; // what the function takes
const CHARACTERS = 100; // likewise
export const HEADINGS = 'h1, h2, h3, h4, h5, h6, [role=heading]';

/** @typedef {{ id: string, title: string }} PageSection */

/**
 * The visible headings that have an id, or whose section has one; undefined where nothing of the page is to be told.
 * @param {string | null} selector the attribute `page`
 * @returns {PageSection[] | undefined}
 */
export function pageSections(selector) {
  if (selector === 'off') return undefined;
  /** @type {PageSection[]} */
  const sections = [];
  for (const heading of partsOf(selector).flatMap((part) => [...part.querySelectorAll(HEADINGS)])) {
    const id = idOf(heading);
    const title = id && id.length <= CHARACTERS && visibleText(heading).replace(/\s+/g, ' ');
    if (title) sections.push({ id, title: title.slice(0, CHARACTERS).replace(/[\uD800-\uDBFF]$/, '') });
    if (sections.length === SECTIONS) break;
  }
  return sections.length ? sections : undefined;
}

/**
 * Its own, that of an anchor in it or before it, or that of the section that it begins.
 * @param {Element} heading
 */
function idOf(heading) {
  const anchor = heading.querySelector('[id]') ?? heading.previousElementSibling;
  const section = heading.closest('section, article, [role=region]');
  const own = section?.querySelector(HEADINGS) === heading ? section.id : '';
  const before = anchor && (heading.contains(anchor) || anchor.matches('a:empty')) ? anchor.id : '';
  return heading.id || before || own;
}
