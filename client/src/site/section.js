/** Shows a section of the page: scrolls to it and highlights it. The focus stays where it is. Licence: Apache-2.0 */

import { partsOf, visibleText } from '../page.js';
import { HEADINGS } from '../sections.js';
import { isUntold } from '../visibility.js';
import { bringIntoSight } from './sight.js';
import { cutAt, lineOf } from './wording.js';

const NAME = 'livetoken-shown';
const SHOWN_MILLISECONDS = 8000;
const RULES = `::highlight(${NAME}){background-color:#ffe58a;color:#1d1f24}[${NAME}]{outline:3px solid #e0a800;outline-offset:4px}`;

/** @type {CSSStyleSheet | undefined} */
let sheet;
let stop = () => {};

/**
 * The answer of `show_section`.
 * @param {any} args
 * @param {import('../pagetools.js').Site} site
 * @returns {{ shown: true, section: string } | { error: string }}
 */
export function showSection({ section: wanted } = {}, site = {}) {
  const words = cutAt(lineOf(wanted), 200).replace(/^#/, '');
  const parts = partsOf(site.parts?.() === 'off' ? null : site.parts?.());
  const found = words && (withId(words) ?? headed(parts, words.toLowerCase()) ?? saying(parts, words.toLowerCase()));
  if (!found) return { error: 'This page shows no such section.' };
  for (let at = /** @type {Element | null} */ (found); at; at = at.parentElement) if (at instanceof HTMLDetailsElement) at.open = true;
  bringIntoSight(found);
  highlight(found);
  return { shown: true, section: found.id || cutAt(lineOf(visibleText(found)), 100) };
}

/** @param {string} id */
function withId(id) {
  const found = document.getElementById(id) ?? document.getElementById(decoded(id));
  return found && isTold(found) ? found : undefined;
}

/** @param {string} id */
function decoded(id) {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

/** Whether nothing of it is kept from the model. @param {Element} element */
function isTold(element) {
  for (let at = /** @type {Element | null} */ (element); at; at = at.parentElement) if (isUntold(at)) return false;
  return element.matches('a:empty, span:empty') || visibleText(element) !== '';
}

/**
 * The heading that says it, or has most of its words.
 * @param {Element[]} parts
 * @param {string} words
 */
function headed(parts, words) {
  const headings = parts.flatMap((part) => [...part.querySelectorAll(HEADINGS)]).filter(isTold);
  const wanted = words.match(/[\p{L}\p{N}]{2,}/gu) ?? [];
  const scored = headings.map((heading) => {
    const title = lineOf(visibleText(heading)).toLowerCase();
    const shared = wanted.filter((word) => title.includes(word)).length / (wanted.length || 1);
    return { heading, score: title === words ? 3 : title.includes(words) ? 2 : shared };
  });
  const best = scored.toSorted((one, other) => other.score - one.score)[0];
  return best?.score > 0.5 ? best.heading : undefined;
}

/**
 * The smallest element of the page that says it.
 * @param {Element[]} parts
 * @param {string} words
 */
function saying(parts, words) {
  let found = parts.find((part) => isTold(part) && lineOf(visibleText(part)).toLowerCase().includes(words));
  for (let inner = found; inner;) {
    found = inner;
    inner = [...inner.children].find((child) => isTold(child) && lineOf(visibleText(child)).toLowerCase().includes(words));
  }
  return found;
}

/** From a heading to the next one of its rank; else the element itself. @param {Element} element */
function rangeOf(element) {
  const range = document.createRange();
  range.selectNodeContents(element);
  if (!element.matches(HEADINGS)) return range;
  let last = element;
  for (let next = element.nextElementSibling; next && !next.matches(HEADINGS) && !isUntold(next); next = next.nextElementSibling) last = next;
  range.setEndAfter(last);
  return range;
}

/** @param {Element} element */
function highlight(element) {
  stop();
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(RULES);
  }
  if (!document.adoptedStyleSheets.includes(sheet)) document.adoptedStyleSheets.push(sheet);
  const highlights = /** @type {any} */ (CSS).highlights;
  if (highlights) highlights.set(NAME, new Highlight(rangeOf(element)));
  else element.setAttribute(NAME, '');
  const timer = setTimeout(() => stop(), SHOWN_MILLISECONDS);
  stop = () => {
    clearTimeout(timer);
    highlights?.delete(NAME);
    element.removeAttribute(NAME);
  };
}

