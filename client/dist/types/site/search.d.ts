/**
 * The answer of `search_site`.
 * @param {any} args
 * @param {import('../pagetools.js').Site} site
 * @param {AbortSignal} signal
 * @param {Ranking} ranked
 * @returns {Promise<{ results: Result[] } | { error: string }>}
 */
export function searchSite({ query: asked }: any, site: import("../pagetools.js").Site, signal: AbortSignal, ranked: Ranking): Promise<{
    results: Result[];
} | {
    error: string;
}>;
export type Result = {
    title: string;
    address: string;
    excerpt: string;
};
export type Ranking = (places: import("./places.js").Place[]) => Promise<import("./sources.js").Search>;
