/** Which addresses belong to this site. Licence: Apache-2.0 */

const CHARACTERS = 2000;

/**
 * An address of this site, or null: another origin, another scheme than http(s), a name and password in it, or what only looks like an address.
 * @param {unknown} written as a model, a page or a file wrote it
 * @param {string} [base] what it is relative to
 */
export function ownAddress(written, base = document.baseURI) {
  if (typeof written !== 'string' || written.length > CHARACTERS) return null;
  const text = written.trim();
  // A browser reads a backslash as a slash, and drops line breaks.
  if (!text || /[\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text) || !URL.canParse(text, base)) return null;
  const address = new URL(text, base);
  const own = /^https?:$/.test(address.protocol) && address.origin === location.origin;
  return own && !address.username && !address.password ? address : null;
}
