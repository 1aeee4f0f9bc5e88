/**
 * Whether nothing within an element may be told, whatever it looks like.
 * @param {Element} element
 */
export function isUntold(element: Element): boolean;
/**
 * Whether the style of an element hides all that is in it.
 * @param {CSSStyleDeclaration} style
 */
export function hidesContent(style: CSSStyleDeclaration): boolean;
/**
 * Whether an element is a box of no size that cuts off what is in it.
 * @param {Element} element
 * @param {CSSStyleDeclaration} style
 */
export function isEmptyBox(element: Element, { overflowX, overflowY, display }: CSSStyleDeclaration): boolean;
/**
 * Whether letters have no colour. (Where a background shines through them, they are seen.)
 * @param {Element} element
 * @param {CSSStyleDeclaration} style
 */
export function isTransparent(element: Element, style: CSSStyleDeclaration): boolean;
/** Where one can scroll to, as the visitor's window sees it. */
export function boundsOfPage(): DOMRect;
/**
 * Whether a place can be scrolled to. What lies beside the page within a box of its own (a slide show) can be reached, too.
 * @param {DOMRect} rect
 * @param {Element} element
 * @param {DOMRect} bounds
 */
export function isOnPage(rect: DOMRect, element: Element, bounds: DOMRect): boolean;
