/** Scrolls to a place of the page, and to where nothing stands before it. Licence: Apache-2.0 */

const STEP = 4; // pixels between two places that are looked at
const MARGIN = 12; // pixels above what is shown

/**
 * Bars and panels that stay in the window, the widget's own among them, are not to cover it.
 * @param {Element} element
 */
export function bringIntoSight(element) {
  const { style } = /** @type {HTMLElement} */ (element);
  const { scrollMarginTop } = style;
  style.scrollMarginTop = `${freeFrom(element) + MARGIN}px`;
  element.scrollIntoView({ behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'instant' : 'smooth' });
  style.scrollMarginTop = scrollMarginTop;
  if (!element.getAttribute('style')) element.removeAttribute('style');
}

/**
 * Where the tallest part of the window begins that is free in the element's middle, in pixels.
 * @param {Element} element
 */
function freeFrom(element) {
  const { x, width } = element.getBoundingClientRect();
  const covered = (/** @type {number} */ y) => {
    for (let at = document.elementFromPoint(x + width / 2, y); at && !at.contains(element); at = at.parentElement) {
      if (/fixed|sticky/.test(getComputedStyle(at).position)) return true;
    }
    return false;
  };
  let from = 0;
  let height = 0;
  let start = 0;
  for (let y = 0; y < innerHeight; y += STEP) {
    if (covered(y)) start = y + STEP;
    else if (y - start > height) {
      height = y - start;
      from = start;
    }
  }
  return from;
}
