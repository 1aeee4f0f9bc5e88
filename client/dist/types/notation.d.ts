/**
 * How an element that stands higher, lower or over another is written in a line; null where it is written as it is.
 * @param {Element} element
 * @param {CSSStyleDeclaration} style
 * @param {string} text what it says
 * @param {string} former the character before it
 * @returns {string | null}
 */
export function inLine(element: Element, style: CSSStyleDeclaration, text: string, former: string): string | null;
/**
 * A formula of MathML whose parts do not simply follow each other.
 * @param {string} localName
 * @param {string[]} parts what its children say
 * @param {string} former the character before it
 */
export function formula(localName: string, parts: string[], former: string): string;
export const FORMULA: RegExp;
