/**
 * The answer of `open_page`.
 * @param {any} args
 * @param {import('../pagetools.js').Site} site
 * @param {AbortSignal} signal
 * @returns {Promise<Record<string, unknown>>}
 */
export function openPage({ address: written }: any | undefined, site: import("../pagetools.js").Site | undefined, signal: AbortSignal): Promise<Record<string, unknown>>;
