/** @typedef {{ id: string, title: string }} PageSection */
/**
 * The visible headings that have an id, or whose section has one; undefined where nothing of the page is to be told.
 * @param {string | null} selector the attribute `page`
 * @returns {PageSection[] | undefined}
 */
export function pageSections(selector: string | null): PageSection[] | undefined;
export type PageSection = {
    id: string;
    title: string;
};
