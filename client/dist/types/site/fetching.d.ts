/**
 * @typedef {object} Bounds
 * @property {number} bytes
 * @property {number} milliseconds
 * @property {RegExp} types of the answer's Content-Type
 * @property {boolean} [kept] may come from the browser's cache, where a page may lie as a signed-in visitor has seen it
 * @property {AbortSignal} [signal]
 */
/**
 * The text of a file of this site. No cookies go with the request, and no other origin is ever asked, redirects included.
 * Throws an Error with a sentence for the owner.
 * @param {URL} address
 * @param {Bounds} bounds
 * @returns {Promise<{ text: string, type: string, address: URL }>}
 */
export function fetchText(address: URL, { bytes, milliseconds, types, kept, signal }: Bounds): Promise<{
    text: string;
    type: string;
    address: URL;
}>;
/**
 * What was promised, or an Error with this sentence.
 * @template Value
 * @param {Promise<Value>} promise
 * @param {number} milliseconds
 * @param {string} sentence
 * @returns {Promise<Value>}
 */
export function inTime<Value>(promise: Promise<Value>, milliseconds: number, sentence: string): Promise<Value>;
export const SCRIPT: RegExp;
export function fetchScript(address: URL): Promise<string>;
export type Bounds = {
    bytes: number;
    milliseconds: number;
    /**
     * of the answer's Content-Type
     */
    types: RegExp;
    /**
     * may come from the browser's cache, where a page may lie as a signed-in visitor has seen it
     */
    kept?: boolean | undefined;
    signal?: AbortSignal | undefined;
};
