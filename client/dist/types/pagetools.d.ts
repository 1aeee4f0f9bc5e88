/**
 * One of the page tools, or undefined; what it does is loaded when it is first called.
 * @param {string} name
 * @param {Site} [site]
 * @returns {import('./tools.js').PageFunction | undefined}
 */
export function pageTool(name: string, site?: Site): import("./tools.js").PageFunction | undefined;
/**
 * What the page tools need to know of the page.
 */
export type Site = {
    /**
     * address of the site's search index, or `off`; else the usual places are tried
     */
    index?: (() => string | null) | undefined;
    /**
     * selector of the text of a page; `main, article`
     */
    parts?: (() => string | null) | undefined;
    /**
     * shows a link, and opens it where that is allowed
     */
    open?: ((address: URL, signal: AbortSignal) => Promise<Record<string, unknown>>) | undefined;
};
