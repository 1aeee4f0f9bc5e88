/**
 * @typedef {object} Bounds
 * @property {number} bytes
 * @property {number} milliseconds
 * @property {RegExp} types of the answer's Content-Type
 * @property {AbortSignal} [signal]
 */
/**
 * The text of a file of this site. No cookies go with the request, and no other origin is ever asked, redirects included.
 * Throws an Error with a sentence for the owner.
 * @param {URL} address
 * @param {Bounds} bounds
 * @returns {Promise<{ text: string, type: string, address: URL }>}
 */
export function fetchText(address: URL, { bytes, milliseconds, types, signal }: Bounds): Promise<{
    text: string;
    type: string;
    address: URL;
}>;
export type Bounds = {
    bytes: number;
    milliseconds: number;
    /**
     * of the answer's Content-Type
     */
    types: RegExp;
    signal?: AbortSignal | undefined;
};
