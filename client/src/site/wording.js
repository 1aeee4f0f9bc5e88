/** Pieces of text as the model is told them: one line, no markup, not long. Licence: Apache-2.0 */

/** Names of U+00A0 to U+00FF, in their order. */
const LATIN = `nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times
  Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml`.split(/\s+/);

/** @type {Map<string, string>} */
const ENTITIES = new Map([
  ...Object.entries({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", ndash: '–', mdash: '—', lsquo: '‘', rsquo: '’', sbquo: '‚', ldquo: '“', rdquo: '”', bdquo: '„', hellip: '…', bull: '•', euro: '€', trade: '™', OElig: 'Œ', oelig: 'œ' }),
  ...LATIN.map((name, at) => /** @type {[string, string]} */ ([name, String.fromCharCode(0xa0 + at)])),
]);

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
  if (!name.startsWith('#')) return ENTITIES.get(name) ?? ENTITIES.get(name.toLowerCase());
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
