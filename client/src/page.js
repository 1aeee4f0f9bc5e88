/** What the function is told about the page. Licence: Apache-2.0 */

import { Reading } from './reading.js';
import { hidesContent, isUntold } from './visibility.js';

const CHARACTERS = 12000; // what the function takes
const ADDRESS_CHARACTERS = 500; // likewise
const BEFORE = 2000; // characters that are told before the visitor's place, where not all can be told
const LOOK_BACK = 120; // characters; some languages put no spaces between words
const PARTS = 'main, article';

// For the model, which would otherwise deny what it was not told.
const NOTHING = 'This page shows no text that could be read here.';
const CUT_ABOVE = '[The page is longer: what stands above was cut.]\n';
const CUT_BELOW = '\n[The page goes on: what stands below was cut.]';

/**
 * The text that a visitor can see: never form values, never [data-private].
 * @param {Element} [root] else the parts of the page that hold its content
 */
export function visibleText(root) {
  return textOf(root ? [root] : partsOf());
}

/**
 * What is told of the page; undefined where nothing is to be told.
 * @param {string | null} selector the attribute `page`
 */
export function pageContent(selector) {
  if (selector === 'off') return undefined;
  return textOf(partsOf(selector)) || NOTHING;
}

/** The page's address without query and fragment, which may hold secrets. */
export function pageAddress() {
  const address = location.origin + location.pathname;
  return /^https?:/.test(address) && address.length <= ADDRESS_CHARACTERS ? address : undefined;
}

/**
 * The parts of the page that hold its content.
 * @param {string | null} [chosen] the attribute `page`
 */
export function partsOf(chosen) {
  const selector = chosen || PARTS;
  try {
    const parts = [...document.querySelectorAll(selector)];
    const outermost = parts.filter((part) => !parts.some((other) => other !== part && other.contains(part)));
    if (outermost.length) return outermost;
  } catch {
    console.warn(`<live-voice>: page="${selector}" is no selector.`);
  }
  return [document.body];
}

/** @param {Element[]} roots */
function textOf(roots) {
  const reading = new Reading(CHARACTERS);
  for (const root of roots) if (isShown(root)) reading.read(root);
  return cut(reading.text.normalize('NFC').trim(), reading.place);
}

/** Whether nothing around an element hides it. @param {Element} element */
function isShown(element) {
  for (let at = parentOf(element); at; at = parentOf(at)) if (isUntold(at) || hidesContent(getComputedStyle(at))) return false;
  return true;
}

/** @param {Element} element */
const parentOf = (element) => element.parentElement ?? /** @type {ShadowRoot} */ (element.getRootNode()).host;

/**
 * The part around the visitor's place, with a mark where something was cut.
 * @param {string} text
 * @param {number} place
 */
function cut(text, place) {
  if (text.length <= CHARACTERS) return text;
  const room = CHARACTERS - CUT_ABOVE.length - CUT_BELOW.length;
  const latest = text.length - room;
  const start = boundary(text, Math.max(0, Math.min(place - BEFORE, latest)));
  const end = start + room < text.length ? boundary(text, start + room) : text.length;
  return (start > 0 ? CUT_ABOVE : '') + text.slice(start, end).trim() + (end < text.length ? CUT_BELOW : '');
}

/**
 * The nearest place before it that cuts no line in two, or no word, or at least no character.
 * @param {string} text
 * @param {number} at
 */
function boundary(text, at) {
  if (at === 0) return 0;
  const former = text.slice(Math.max(0, at - LOOK_BACK), at);
  const space = former.lastIndexOf('\n') + 1 || former.search(/\s\S*$/) + 1;
  if (space) return at - former.length + space;
  return /[\uD800-\uDBFF]/.test(text[at - 1]) ? at - 1 : at;
}
