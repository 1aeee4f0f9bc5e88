/**
 * The first index that can be used: the one that the page names, or one in a usual place. What cannot be used is told on the console.
 * @param {string | null} named the attribute `search`
 * @param {(places: import('./places.js').Place[]) => Promise<Search>} ranked makes a list of places searchable
 * @returns {Promise<Search | null>}
 */
export function findIndex(named: string | null, ranked: (places: import("./places.js").Place[]) => Promise<Search>): Promise<Search | null>;
/**
 * Places, the best first.
 */
export type Search = (query: string) => Promise<import("./places.js").Place[]>;
export type Source = {
    /**
     * of the file
     */
    name: RegExp;
    /**
     * where it is below the site's root
     */
    usual: string;
    types: RegExp;
    read?: ((text: string, address: string) => import("./places.js").Place[] | Promise<import("./places.js").Place[]>) | undefined;
};
