/**
 * Whether this tab holds the name, or could take it; it then does until the page is left.
 * @param {string} tab
 * @returns {Promise<boolean>}
 */
export function claimTab(tab: string): Promise<boolean>;
/** The page is left, or kept for the way back: the next page of this tab takes the name. */
export function freeTab(): void;
