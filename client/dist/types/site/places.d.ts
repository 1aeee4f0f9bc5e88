/**
 * @typedef {object} Place
 * @property {string} title
 * @property {string} address
 * @property {string} text what the index says of it
 * @property {boolean} [words] the text is a list of words, and nothing to quote
 */
/**
 * @typedef {object} Found
 * @property {unknown} title
 * @property {unknown} address
 * @property {unknown} [text]
 * @property {boolean} [words]
 */
/**
 * The places of an index that are of this site.
 * @param {Found[]} found
 * @param {string} base what its addresses are relative to
 * @param {{ title: (written: unknown) => string, text: (written: unknown) => string }} [readers] of titles and texts as this index writes them
 * @returns {Place[]}
 */
export function placesOf(found: Found[], base: string, readers?: {
    title: (written: unknown) => string;
    text: (written: unknown) => string;
}): Place[];
/** The file's own JSON, or an error for the owner. @param {string} text */
export function json(text: string): any;
export function titleOf(title: unknown, read?: (written: unknown) => string): string;
export function listOf(value: unknown): any[];
export type Place = {
    title: string;
    address: string;
    /**
     * what the index says of it
     */
    text: string;
    /**
     * the text is a list of words, and nothing to quote
     */
    words?: boolean | undefined;
};
export type Found = {
    title: unknown;
    address: unknown;
    text?: unknown;
    words?: boolean | undefined;
};
