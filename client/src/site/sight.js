/** Scrolls to a place of the page, and to where nothing stands before it. Licence: Apache-2.0 */

const STEP = 16; // pixels between two places that are looked at
const MARGIN = 8; // pixels above what is shown
const EDGE = 32; // pixels from the window's edge within which a sticky bar sticks

/**
 * Bars and panels that stay in the window, the widget's own among them, are not to cover it.
 * @param {Element} element
 * @param {number} height of what is to be seen
 */
export function bringIntoSight(element, height) {
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const [top, bottom] = freeBand(element);
  const { style } = /** @type {HTMLElement} */ (element);
  const { scrollMarginBlock } = style;
  style.scrollMarginBlock = `${top + MARGIN}px ${innerHeight - bottom}px`;
  element.scrollIntoView({ behavior: still ? 'instant' : 'smooth', block: height < (bottom - top) / 2 ? 'center' : 'start' });
  style.scrollMarginBlock = scrollMarginBlock;
  if (!element.getAttribute('style')) element.removeAttribute('style');
}

/**
 * The tallest part of the window that is free in the element's middle: from and to which pixel.
 * @param {Element} element
 * @returns {[number, number]}
 */
function freeBand(element) {
  const { left, width } = element.getBoundingClientRect();
  const x = Math.min(Math.max(left + width / 2, 1), innerWidth - 1);
  let best = /** @type {[number, number]} */ ([0, 0]);
  let start = 0;
  for (let y = 0; y < innerHeight; y += STEP) {
    if (isCovered(element, x, y + 1) || isCovered(element, x, y + STEP - 1)) start = y + STEP;
    else if (y + STEP - start > best[1] - best[0]) best = [start, Math.min(y + STEP, innerHeight)];
  }
  return best[1] ? best : [0, innerHeight];
}

/**
 * @param {Element} element
 * @param {number} x
 * @param {number} y
 */
function isCovered(element, x, y) {
  for (let at = document.elementFromPoint(x, y); at && !at.contains(element); at = at.parentElement) {
    const { position } = getComputedStyle(at);
    if (position === 'fixed') return true;
    if (position !== 'sticky') continue;
    const { top, bottom } = at.getBoundingClientRect();
    if (top < EDGE || bottom > innerHeight - EDGE) return true;
  }
  return false;
}
