/** What a reader cannot see, or must not be told. Licence: Apache-2.0 */

// Form values, what is kept private, and what a browser does not show: fallbacks, sources, names of pictures.
const UNTOLD = `script, style, noscript, template, iframe, canvas, video, audio, embed, map, datalist, title, desc, defs,
  input, textarea, select, option, output, progress, meter, [contenteditable]:not([contenteditable="false" i]),
  [role=textbox i], [role=searchbox i], [role=combobox i], [role=spinbutton i],
  [data-private], [aria-hidden="true" i], live-voice`;

const NOTHING = 0.05; // of opacity
const DOT = 1; // pixel: what is clipped to it shows no text
const FAR = 999; // pixels: an indent that moves text away

/**
 * Whether nothing within an element may be told, whatever it looks like.
 * @param {Element} element
 */
export function isUntold(element) {
  const custom = element.localName.includes('-') && customElements.get(element.localName);
  return element.matches(UNTOLD) || Boolean(custom && /** @type {any} */ (custom).formAssociated);
}

/**
 * Whether the style of an element hides all that is in it.
 * @param {CSSStyleDeclaration} style
 */
export function hidesContent(style) {
  return style.display === 'none' || style.contentVisibility === 'hidden' || Number(style.opacity) < NOTHING
    || /opacity\(0(\.0+)?%?\)/.test(style.filter) || Math.abs(parseFloat(style.textIndent)) > FAR || clipsToNothing(style);
}

/** @param {CSSStyleDeclaration} style */
function clipsToNothing({ clip, clipPath, position }) {
  const [top, right, bottom, left] = (/^rect\((.*)\)$/.exec(clip)?.[1].split(/,? /) ?? []).map(parseFloat);
  if (/absolute|fixed/.test(position) && (bottom - top <= DOT || right - left <= DOT)) return true;
  return /^(inset\((5\d|[6-9]\d|100)(\.\d+)?%|circle\(0(px|%)?\b|polygon\(0(px|%)? 0(px|%)?(, 0(px|%)? 0(px|%)?)*\))/.test(clipPath);
}

/**
 * Whether an element is a box of no size that cuts off what is in it.
 * @param {Element} element
 * @param {CSSStyleDeclaration} style
 */
export function isEmptyBox(element, { overflowX, overflowY, display }) {
  if ((overflowX === 'visible' && overflowY === 'visible') || /^(inline|contents)$/.test(display) || element === document.body) return false;
  const { width, height } = element.getBoundingClientRect();
  return (width <= DOT && overflowX !== 'visible') || (height <= DOT && overflowY !== 'visible');
}

/**
 * Whether letters have no colour. (Where a background shines through them, they are seen.)
 * @param {Element} element
 * @param {CSSStyleDeclaration} style
 */
export function isTransparent(element, style) {
  if (!/^rgba\(.*, 0\)$|\/ 0\)$/.test(style.webkitTextFillColor || style.color) || style.textShadow !== 'none') return false;
  for (let at = /** @type {Element | null} */ (element); at; at = at.parentElement) {
    if (getComputedStyle(at).backgroundClip.includes('text')) return false;
  }
  return true;
}

/** Where one can scroll to, as the visitor's window sees it. */
export function boundsOfPage() {
  const { scrollWidth, scrollHeight, clientWidth } = document.documentElement;
  const rightToLeft = getComputedStyle(document.documentElement).direction === 'rtl';
  return new DOMRect((rightToLeft ? clientWidth - scrollWidth : 0) - scrollX, -scrollY, scrollWidth, scrollHeight);
}

/**
 * Whether a place can be scrolled to. What lies beside the page within a box of its own (a slide show) can be reached, too.
 * @param {DOMRect} rect
 * @param {Element} element
 * @param {DOMRect} bounds
 */
export function isOnPage(rect, element, bounds) {
  return overlap(rect, bounds) || isWithinScroller(element, bounds);
}

/**
 * @param {DOMRect} one
 * @param {DOMRect} other
 */
const overlap = (one, other) => one.right > other.left && one.left < other.right && one.bottom > other.top && one.top < other.bottom;

/**
 * @param {Element} element
 * @param {DOMRect} bounds
 */
function isWithinScroller(element, bounds) {
  for (let at = element.parentElement; at && at !== document.body; at = at.parentElement) {
    if (getComputedStyle(at).overflowX !== 'visible') return overlap(at.getBoundingClientRect(), bounds);
  }
  return false;
}
