/** @type {Record<string, PageTool>} */
export const PAGE_TOOLS: Record<string, PageTool>;
export type PageTool = (args: any, site: import("./pagetools.js").Site, signal: AbortSignal) => unknown;
