/** Pieces of text as the model is told them: one line, no markup, not long. Licence: Apache-2.0 */

const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

/**
 * Cut at a length, with a mark.
 * @param {string} text
 * @param {number} characters
 */
export const cutAt = (text, characters) => (text.length <= characters ? text : `${text.slice(0, characters - 2).replace(/[\uD800-\uDBFF]$/, '').trimEnd()} …`);

const JOINERS = /(?:\u200c|\u200d){2,}/gu;
const UNSEEN = /(?!\u200c|\u200d|\ufe0e|\ufe0f)\p{Default_Ignorable_Code_Point}/gu;

/**
 * The text without what nobody sees: orders to the model could hide there, and a title could read backwards.
 * @param {string} text
 */
export const seen = (text) => text.normalize('NFC').replace(UNSEEN, '').replace(JOINERS, '');

/**
 * The words of something that may be anything, on one line.
 * @param {unknown} value
 */
export const lineOf = (value) => seen(typeof value === 'string' ? value : '').replace(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();

/**
 * The text of a piece of HTML, as search indexes hold it.
 * @param {unknown} html
 */
export function textOfHtml(html) {
  const bare = lineOf(html)
    .replace(/<(script|style|template)\b.*?(<\/\1\s*>|$)/gi, ' ')
    .replace(/<\/?(mark|em|strong|b|i|code|span|a|small|abbr|kbd)\b[^<>]*>/gi, '')
    .replace(/<!--.*?(-->|$)|<\/?[a-z!][^<>]*>?/gi, ' ');
  return unescaped(bare);
}

/**
 * A text in which only characters are escaped, as in HTML, and all else is what it looks like.
 * @param {unknown} text
 */
export const unescaped = (text) => lineOf(lineOf(text).replace(/&(#\d{1,7}|#x[\da-f]{1,6}|\w{1,10});/gi, (whole, name) => decoded(name) ?? whole));

/** @param {string} name of an entity */
function decoded(name) {
  if (!name.startsWith('#')) return ENTITIES[/** @type {keyof typeof ENTITIES} */ (name.toLowerCase())];
  const code = /x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return code <= 0x10ffff ? String.fromCodePoint(code) : '';
}

/**
 * The part of a text around the first place where a word of the question stands.
 * @param {string} text
 * @param {string} query
 * @param {number} characters
 */
export function excerptOf(text, query, characters) {
  const lower = text.toLowerCase();
  const places = (query.toLowerCase().match(/[\p{L}\p{N}]{2,}/gu) ?? []).map((word) => lower.indexOf(word)).filter((place) => place >= 0);
  const start = Math.max(0, Math.min(...places, text.length) - characters / 3);
  if (!places.length || start === 0) return cutAt(text, characters);
  const from = text.indexOf(' ', start) + 1 || start;
  return `… ${cutAt(text.slice(from < start + 40 ? from : start), characters - 2)}`;
}
