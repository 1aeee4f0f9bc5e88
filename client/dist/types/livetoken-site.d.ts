/** @type {Record<string, (args: any, site: import('./pagetools.js').Site, signal: AbortSignal) => unknown>} */
export const PAGE_TOOLS: Record<string, (args: any, site: import("./pagetools.js").Site, signal: AbortSignal) => unknown>;
