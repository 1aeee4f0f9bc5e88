/**
 * @param {URL} address of pagefind.js
 * @returns {Promise<import('./sources.js').Search>}
 */
export function pagefind(address: URL): Promise<import("./sources.js").Search>;
