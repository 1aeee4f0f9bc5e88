/** @typedef {import('./places.js').Place} Place */
/** @typedef {import('./places.js').Found} Found */
/**
 * MkDocs: search/search_index.json; addresses are relative to the folder above. Material for MkDocs keeps the markup of texts and titles; MkDocs
 * itself has none, and so takes `<` in a text for what it is, though titles are escaped.
 * @param {string} text
 * @param {string} address of the file
 */
export function mkdocs(text: string, address: string): import("./places.js").Place[];
/**
 * Sphinx: searchindex.js holds titles and words, and no text.
 * @param {string} text
 * @param {string} address of the file
 */
export function sphinx(text: string, address: string): Promise<import("./places.js").Place[]>;
/**
 * llms.txt: a list of links; what follows one describes it.
 * @param {string} text
 * @param {string} address of the file
 */
export function llms(text: string, address: string): import("./places.js").Place[];
/**
 * llms-full.txt: whole pages one after the other; each begins with its heading, and says near it where it stands.
 * @param {string} text
 * @param {string} address of the file
 */
export function llmsFull(text: string, address: string): import("./places.js").Place[];
/**
 * A list in JSON, as themes of Hugo, Jekyll and others write it.
 * @param {string} text
 * @param {string} address of the file
 */
export function list(text: string, address: string): import("./places.js").Place[];
export type Place = import("./places.js").Place;
export type Found = import("./places.js").Found;
