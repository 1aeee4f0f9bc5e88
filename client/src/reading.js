/** The text of a page as a reader sees it: line by line, without what is hidden. Licence: Apache-2.0 */

import { FORMULA, formula, inLine } from './notation.js';
import { boundsOfPage, hidesContent, isEmptyBox, isOnPage, isTransparent, isUntold } from './visibility.js';

const STRENGTH = ['', ' ', '\t', '\n']; // what separates two texts; the stronger wins
const LEAST_HEIGHT = 3; // pixels of a line that can be read
const WORD_GAP = 0.15; // of the font size; a wider gap looks like a space
const INLINE = /^(inline|ruby|math|contents)/;

export class Reading {
  text = '';
  /** Where the text begins that stands in the visitor's window; -1 before it was met. */
  place = -1;
  #gap = '';
  #bounds = boundsOfPage();
  #range = document.createRange();
  #limit;
  #digitsOver = false; // a power or an index ended: a digit that follows is another number
  /** Of the last text. @type {{ parent: Element | null, rect: DOMRect | undefined, fontSize: string }} */
  #last = { parent: null, rect: undefined, fontSize: '' };

  /** @param {number} limit characters to read on after the visitor's place */
  constructor(limit) {
    this.#limit = limit;
  }

  get #enough() {
    return this.text.length > this.#limit + Math.max(0, this.place) && (this.place >= 0 || this.text.length > 30 * this.#limit);
  }

  /**
   * Read an element and all that is in it.
   * @param {Element} element
   * @param {boolean} [folded] it may stand nowhere, as the answer of a closed <details> does
   */
  read(element, folded = false) {
    if (this.#enough || isUntold(element)) return;
    const style = getComputedStyle(element);
    if (hidesContent(style) || (!folded && isEmptyBox(element, style))) return this.#readFormulas(element);
    if (element.localName === 'br' || element.localName === 'hr') return this.#separate('\n');
    const written = this.#write(element, style, folded);
    if (written !== null) {
      this.#add(written, style, element, folded || element.localName === 'rt' ? [] : [element.getBoundingClientRect()]);
      this.#digitsOver = true;
      return;
    }
    const [before, after] = separators(element, style, this.#last.rect);
    this.#separate(before);
    // What is far from the visitor's window may have no place yet.
    this.readInside(element, style, folded || style.contentVisibility === 'auto');
    this.#separate(after);
  }

  /**
   * @param {Element} element
   * @param {CSSStyleDeclaration} style
   * @param {boolean} folded
   */
  readInside(element, style, folded) {
    const closed = element.localName === 'details' && !(/** @type {HTMLDetailsElement} */ (element).open);
    const summary = closed && element.querySelector(':scope > summary');
    for (const node of childrenOf(element)) {
      if (node instanceof Text) this.#readText(node, element, style, folded || closed);
      else if (node instanceof Element) this.read(node, folded || (closed && node !== summary));
    }
  }

  /** What is clipped away may describe a formula that is shown as a picture. @param {Element} element */
  #readFormulas(element) {
    if (element.localName !== 'math') for (const math of element.querySelectorAll(':scope math')) this.read(math);
  }

  /**
   * The text of an element that cannot simply be read through; null for all others.
   * @param {Element} element
   * @param {CSSStyleDeclaration} style
   * @param {boolean} folded
   */
  #write(element, style, folded) {
    const former = this.#gap ? ' ' : this.text.slice(-1);
    const { localName, children } = element;
    if (FORMULA.test(localName)) return formula(localName, [...children].map((child) => inside(child, getComputedStyle(child), folded)), former);
    if (!/^(sup|sub|rt)$/.test(localName) && !/^(super|sub)$/.test(style.verticalAlign)) return null;
    return inLine(element, style, inside(element, style, folded), former);
  }

  /**
   * @param {Text} node
   * @param {Element} parent
   * @param {CSSStyleDeclaration} style
   * @param {boolean} folded
   */
  #readText(node, parent, style, folded) {
    if (style.visibility !== 'visible') return;
    if (!/\S/.test(node.data)) return this.#add(node.data, style, parent, []);
    if (parseFloat(style.fontSize) < 1 || isTransparent(parent, style)) return;
    const lines = this.#linesOf(node);
    if (lines ? lines.some((line) => folded || isOnPage(line, parent, this.#bounds)) : folded) this.#add(node.data, style, parent, lines ?? []);
  }

  /** Where the lines of a text stand that can be seen; null where it has no place. @param {Text} node */
  #linesOf(node) {
    this.#range.selectNodeContents(node);
    const lines = [...this.#range.getClientRects()];
    return lines.length ? lines.filter(({ width, height }) => width > 0 && height >= LEAST_HEIGHT) : null;
  }

  /**
   * @param {string} data
   * @param {CSSStyleDeclaration} style
   * @param {Element} parent
   * @param {DOMRect[]} lines where it stands
   */
  #add(data, style, parent, lines) {
    const kept = /^(pre|pre-wrap|break-spaces)$/.test(style.whiteSpace);
    const whole = kept ? data.replace(/\r\n?/g, '\n') : collapsed(data, style.whiteSpace === 'pre-line' ? '\n' : ' ');
    const text = kept ? whole : whole.trim();
    if (text !== whole) this.#separate(gapOf(whole.slice(0, whole.length - whole.trimStart().length)));
    if (text) {
      this.#separateWords(text, style.fontSize, parent, lines[0]);
      if (this.text && !this.text.endsWith('\n')) this.text += this.#gap;
      if (this.place < 0 && lines.some(({ top, bottom }) => bottom > 0 && top < innerHeight)) this.place = this.text.length;
      this.text += text;
      this.#gap = '';
      this.#last = { parent, rect: lines.at(-1) ?? this.#last.rect, fontSize: style.fontSize };
    }
    if (text !== whole) this.#separate(gapOf(whole.slice(whole.trimEnd().length)));
  }

  /**
   * Two texts that follow each other without a space, but look apart, are two words.
   * @param {string} text
   * @param {string} fontSize
   * @param {Element} parent
   * @param {DOMRect} [rect]
   */
  #separateWords(text, fontSize, parent, rect) {
    const numbers = /\d$/.test(this.text) && /^\d/.test(text);
    const last = this.#last;
    if (this.#gap || parent === last.parent) {
      if (numbers && this.#digitsOver) this.#separate(' ');
    } else if (numbers && (this.#digitsOver || fontSize !== last.fontSize)) {
      this.#separate(' ');
    } else if (rect && last.rect) {
      const between = Math.max(rect.left - last.rect.right, last.rect.left - rect.right);
      if (between > WORD_GAP * parseFloat(fontSize) || !sameLine(rect, last.rect)) this.#separate(' ');
    }
    this.#digitsOver = false;
  }

  /** @param {string} gap */
  #separate(gap) {
    if (STRENGTH.indexOf(gap) > STRENGTH.indexOf(this.#gap)) this.#gap = gap;
  }
}

/**
 * What an element says by itself.
 * @param {Element} element
 * @param {CSSStyleDeclaration} style
 * @param {boolean} folded
 */
function inside(element, style, folded) {
  const reading = new Reading(Infinity);
  if (FORMULA.test(element.localName)) reading.read(element, folded);
  else reading.readInside(element, style, folded);
  return reading.text.trim();
}

/**
 * @param {string} data
 * @param {string} lineBreak what becomes of one
 */
const collapsed = (data, lineBreak) => data.replace(/[ \t\r\f]*\n[ \t\r\f\n]*/g, lineBreak).replace(/[ \t\f]+/g, ' ');

/** @param {string} space */
const gapOf = (space) => (space.includes('\n') ? '\n' : space && ' ');

/** In the flat tree: what a shadow root shows, or what was put into a slot. @param {Element} element */
function childrenOf(element) {
  if (element instanceof HTMLSlotElement) {
    const assigned = element.assignedNodes();
    if (assigned.length) return assigned;
  }
  return (element.shadowRoot ?? element).childNodes;
}

/**
 * What stands before and after an element.
 * @param {Element} element
 * @param {CSSStyleDeclaration} style
 * @param {DOMRect | undefined} last
 */
function separators(element, { display, float }, last) {
  const { localName, namespaceURI } = element;
  if (display === 'table-cell' || localName === 'mtd') return ['\t', '\t'];
  const partOfFormula = namespaceURI?.endsWith('MathML') && !/^(math|mtr)$/.test(localName);
  if (partOfFormula || (INLINE.test(display) && float === 'none')) return ['', ''];
  // Items of a row stand beside each other.
  const parent = element.parentElement;
  const row = parent && /flex|grid/.test(getComputedStyle(parent).display);
  if (!row) return ['\n', '\n'];
  const box = element.getBoundingClientRect();
  return [last && box.height < 2 * last.height && sameLine(box, last) ? ' ' : '\n', ''];
}

/**
 * @param {DOMRect} one
 * @param {DOMRect} other
 */
function sameLine(one, other) {
  return Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 0.3 * Math.min(one.height, other.height);
}
