/** @typedef {{ id: string, title: string }} PageSection */
/**
 * The visible headings that have an id, or whose section has one; undefined where nothing of the page is to be told.
 * @param {string | null} selector the attribute `page`
 * @returns {PageSection[] | undefined}
 */
export function pageSections(selector: string | null): PageSection[] | undefined;
export const HEADINGS: "h1, h2, h3, h4, h5, h6, [role=heading]";
export type PageSection = {
    id: string;
    title: string;
};
