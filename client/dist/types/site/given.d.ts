/** An index or a page of the site names it. @param {URL | null} address */
export function give(address: URL | null): void;
/** @param {URL} address */
export function isGiven(address: URL): boolean;
