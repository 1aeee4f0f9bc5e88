/** Powers, fractions and notes in one line: 10⁶ must not become 106. Licence: Apache-2.0 */

const FRACTION_BAR = /^\s*[/⁄∕]/;

/**
 * @param {string} text
 * @param {string} before
 */
const grouped = (text, before) => (/^[\p{L}\p{N}.,+−-]*$/u.test(text) ? before + text : `${before}(${text})`);

/**
 * How an element that stands higher, lower or over another is written in a line; null where it is written as it is.
 * @param {Element} element
 * @param {CSSStyleDeclaration} style
 * @param {string} text what it says
 * @param {string} former the character before it
 * @returns {string | null}
 */
export function inLine(element, style, text, former) {
  const { localName } = element;
  if (localName === 'rt') return `(${text})`;
  if (localName === 'sup' || style.verticalAlign === 'super') {
    if (FRACTION_BAR.test(element.nextSibling?.textContent ?? '')) return /\d/.test(former) ? ` ${text}` : text; // 5 1/2
    if (/^\p{L}+\.?$|^[™®℠©*†‡]+$/u.test(text) && former !== ')') return text; // 1st
    if (element.querySelector('a') || element.closest('a')?.textContent?.trim() === text) return /^[[(]/.test(text) ? text : `[${text}]`; // a note
    return /\S/.test(former) ? grouped(text, '^') : text;
  }
  if (localName === 'sub' || style.verticalAlign === 'sub') return /\d/.test(former) && /^\d/.test(text) ? grouped(text, '_') : text;
  return null;
}

export const FORMULA = /^m(frac|sup|sub|subsup|over|under|underover|sqrt|root)$/;

/**
 * A formula of MathML whose parts do not simply follow each other.
 * @param {string} localName
 * @param {string[]} parts what its children say
 * @param {string} former the character before it
 */
export function formula(localName, parts, former) {
  const [first = '', second = '', third = ''] = parts;
  const apart = /\d/.test(former) ? ' ' : '';
  switch (localName) {
    case 'mfrac': return `${apart}${grouped(first, '')}${grouped(second, '/')}`;
    case 'msup': case 'mover': return first + grouped(second, '^');
    case 'msub': case 'munder': return first + grouped(second, '_');
    case 'msubsup': case 'munderover': return first + grouped(second, '_') + grouped(third, '^');
    case 'msqrt': return `√(${parts.join('')})`;
    case 'mroot': return `${grouped(second, '')}√(${first})`;
    default: return parts.join('');
  }
}
