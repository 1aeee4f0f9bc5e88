/**
 * An address of this site, or null: another origin, another scheme than http(s), a name and password in it, or what only looks like an address.
 * @param {unknown} written as a model, a page or a file wrote it
 * @param {string} [base] what it is relative to
 */
export function ownAddress(written: unknown, base?: string): URL | null;
