/** Ranks the places of a search index. Loaded when the first index without an engine of its own is searched. Licence: Apache-2.0 */

import MiniSearch from './vendor/minisearch.js';

const RANKED = 30;
const WORDS = /[\p{L}\p{N}\p{M}]+/gu;
const WITHOUT_SPACES = /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}]+/gu; // scripts that put none between words

/**
 * @param {import('./site/places.js').Place[]} places
 * @returns {import('./site/sources.js').Search}
 */
export function ranked(places) {
  const stems = new Set(places.flatMap(({ text, words }) => (words ? wordsOf(text).map(plain) : [])));
  const index = new MiniSearch({
    fields: ['title', 'text'],
    tokenize: wordsOf,
    processTerm: (term) => plain(term) || null,
    searchOptions: {
      processTerm: (term) => [plain(term), stemOf(plain(term), stems)].filter(Boolean),
      boost: { title: 3 },
      prefix: (term) => term.length > 2,
      fuzzy: (term) => (term.length > 4 ? 0.2 : false),
      maxFuzzy: 2,
    },
  });
  index.addAll(places.map(({ title, text }, id) => ({ id, title, text })));
  return async (query) => {
    const found = index.search(query);
    return found.slice(0, RANKED).map(({ id }) => places[id]);
  };
}

/** @param {string} text */
function wordsOf(text) {
  return (text.match(WORDS) ?? []).flatMap((word) => {
    const rest = word.replace(WITHOUT_SPACES, ' ').split(' ');
    return [...rest, ...(word.match(WITHOUT_SPACES) ?? []).flatMap(pairsOf)].filter(Boolean);
  });
}

/** @param {string} run of characters */
function pairsOf(run) {
  const characters = [...run];
  return characters.length < 2 ? characters : characters.slice(1).map((character, at) => characters[at] + character);
}

/**
 * The beginning of a word that stands for it in an index of stems: navig for navigation.
 * @param {string} term
 * @param {Set<string>} stems
 */
function stemOf(term, stems) {
  for (let length = term.length - 1; length > 2 && length > term.length * 0.4; length -= 1) if (stems.has(term.slice(0, length))) return term.slice(0, length);
  return '';
}

/** Without case, accents, and the endings that indexes cut off. @param {string} term */
const plain = (term) => term.toLowerCase().normalize('NFD').replace(/\p{Mn}/gu, '').replace(/(?<=[a-z]{3})(ies|es|s|ing|ed)$/, '');
