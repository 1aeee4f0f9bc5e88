/** @typedef {{ title: string, address: string, text: string }} PageText */
/**
 * The answer of `read_page`.
 * @param {any} args
 * @param {import('../pagetools.js').Site} site
 * @param {AbortSignal} [signal]
 * @returns {Promise<PageText | { error: string }>}
 */
export function readPage({ address: written }?: any, site?: import("../pagetools.js").Site, signal?: AbortSignal): Promise<PageText | {
    error: string;
}>;
/**
 * @param {URL} address
 * @param {import('../pagetools.js').Site} site
 * @param {AbortSignal} [signal]
 */
export function pageAt(address: URL, site: import("../pagetools.js").Site, signal?: AbortSignal): Promise<PageText>;
export type PageText = {
    title: string;
    address: string;
    text: string;
};
