/** What the function is told about the page. Licence: Apache-2.0 */

const CONTENT_CHARACTERS = 12000; // what the function takes
const PRIVATE = 'script, style, noscript, template, input, textarea, select, option, [contenteditable], [data-private], [hidden], [aria-hidden="true"], live-voice';

/** The text that a visitor can see in `root`: never form values, never [data-private]. */
/** @param {Element} [root] */
export function visibleText(root = document.querySelector('main, article') ?? document.body) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  let text = '';
  let block = null;
  while (walker.nextNode() && text.length < 2 * CONTENT_CHARACTERS) {
    const { data, parentElement: parent } = /** @type {Text} */ (walker.currentNode);
    const words = data.replace(/\s+/g, ' ');
    if (!parent || parent.closest(PRIVATE) || !isVisible(parent)) continue;
    const inside = parent.closest('p, li, dt, dd, td, th, pre, blockquote, figcaption, h1, h2, h3, h4, h5, h6, div, section, article, main');
    text += (block && inside !== block ? '\n' : '') + words;
    block = inside;
  }
  text = text.replace(/ *\n[ \n]*/g, '\n').normalize('NFC').trim();
  return text.slice(0, CONTENT_CHARACTERS).replace(/[\uD800-\uDBFF]$/, ''); // half a character is none
}

/** @param {Element} element */
function isVisible(element) {
  return element.checkVisibility?.({ visibilityProperty: true }) ?? element.getClientRects().length > 0;
}

/** The page's address without query and fragment, which may hold secrets. */
export function pageAddress() {
  const address = location.origin + location.pathname;
  return /^https?:/.test(address) && address.length <= 500 ? address : undefined;
}
