export class Reading {
    /** @param {number} limit characters to read on after the visitor's place */
    constructor(limit: number);
    text: string;
    /** Where the text begins that stands in the visitor's window; -1 before it was met. */
    place: number;
    /**
     * Read an element and all that is in it.
     * @param {Element} element
     * @param {boolean} [folded] it may stand nowhere, as the answer of a closed <details> does
     */
    read(element: Element, folded?: boolean): void;
    /**
     * @param {Element} element
     * @param {CSSStyleDeclaration} style
     * @param {boolean} folded
     */
    readInside(element: Element, style: CSSStyleDeclaration, folded: boolean): void;
    #private;
}
