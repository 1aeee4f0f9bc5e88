/** What the files of search indexes hold: MkDocs', Sphinx', llms.txt and plain lists. Licence: Apache-2.0 */

import { fetchScript } from './fetching.js';
import { json, listOf, placesOf } from './places.js';
import { lineOf, textOfHtml, unescaped } from './wording.js';

/** @typedef {import('./places.js').Place} Place */
/** @typedef {import('./places.js').Found} Found */

/**
 * MkDocs: search/search_index.json; addresses are relative to the folder above. Material for MkDocs keeps the markup of texts and titles; MkDocs
 * itself has none, and so takes `<` in a text for what it is, though titles are escaped.
 * @param {string} text
 * @param {string} address of the file
 */
export function mkdocs(text, address) {
  const { config, docs } = json(text) ?? {};
  const found = listOf(docs).map((doc) => ({ title: doc?.title, address: doc?.location === '' ? './' : doc?.location, text: doc?.text }));
  return placesOf(found, new URL('..', address).href, config?.indexing ? { title: unescaped, text: lineOf } : undefined);
}

const PLAIN_TITLES = 66; // of Sphinx' environment, since its version 9: before, titles of pages were HTML

/**
 * Sphinx: searchindex.js holds titles and words, and no text.
 * @param {string} text
 * @param {string} address of the file
 */
export async function sphinx(text, address) {
  const body = /^\s*Search\.setIndex\((\{.*\})\)\s*;?\s*$/s.exec(text)?.[1];
  if (!body) throw new Error('it is no index of Sphinx');
  const index = json(withQuotedNames(body));
  const names = listOf(index.docnames);
  const words = names.map(() => /** @type {string[]} */ ([]));
  for (const terms of [index.terms, index.titleterms]) {
    for (const [term, documents] of Object.entries(terms ?? {})) for (const at of [documents].flat()) words[at]?.push(term);
  }
  const pageOf = await addressing(address);
  const title = index.envversion?.sphinx >= PLAIN_TITLES ? lineOf : textOfHtml;
  /** @type {Found[]} */
  const found = names.map((name, at) => ({ title: title(index.titles?.[at]), address: pageOf(name), text: words[at].join(' '), words: true }));
  for (const [entry, places] of [index.alltitles, index.indexentries].flatMap((entries) => Object.entries(entries ?? {}))) {
    for (const [at, anchor] of listOf(places)) if (anchor && names[at] !== undefined) found.push({ title: entry, address: `${pageOf(names[at])}#${anchor}`, words: true });
  }
  return placesOf(found, address, { title: lineOf, text: lineOf });
}

/** Before version 5 Sphinx wrote names without quotes, as scripts may. @param {string} script */
const withQuotedNames = (script) => script.replace(/"(?:[^"\\]|\\.)*"|([{,])([A-Za-z_]\w*):/g, (whole, before, name) => (name ? `${before}"${name}":` : whole));

/**
 * How Sphinx made addresses of the names of documents: it says so in a file beside the index.
 * @param {string} index its address
 * @returns {Promise<(name: unknown) => string | undefined>}
 */
async function addressing(index) {
  const file = await fetchScript(new URL('_static/documentation_options.js', index)).catch(() => ''); // then the usual
  const option = (/** @type {string} */ name) => new RegExp(`\\b${name}: *['"]([^'"\\n]{0,40})['"]`).exec(file)?.[1];
  const folders = option('BUILDER') === 'dirhtml';
  const suffix = option('LINK_SUFFIX') ?? '.html';
  return (name) => {
    if (typeof name !== 'string') return undefined;
    const path = `./${name.split('/').map(encodeURIComponent).join('/')}`;
    return folders ? path.replace(/(^\.\/|\/)index$/, '$1').replace(/\/?$/, '/') : path + suffix;
  };
}

/**
 * llms.txt: a list of links; what follows one describes it.
 * @param {string} text
 * @param {string} address of the file
 */
export function llms(text, address) {
  const links = [...text.matchAll(/^\s*[-*+]\s+\[([^\]\n]{1,300})\]\(<?([^)\s>]{1,2000})>?\)[ \t]*:?[ \t]*([^\n]*)/gm)];
  return placesOf(links.map(([, title, written, words]) => ({ title, address: written, text: words })), address);
}

/**
 * llms-full.txt: whole pages one after the other; each begins with its heading, and says near it where it stands.
 * @param {string} text
 * @param {string} address of the file
 */
export function llmsFull(text, address) {
  /** @type {Found[]} */
  const found = [];
  for (const part of withoutFences(text).split(/^(?=# )/m)) {
    const [, heading = ''] = /^# +(.*)/.exec(part) ?? [];
    const head = part.slice(0, 2000);
    const written = /\]\(<?([^)\s>]+)>?\)/.exec(heading)?.[1]
      ?? /^[ \t>*_-]*(?:url|source|link|canonical|address|page)[*_]*\s*:[*_]*\s*(?:\[[^\]]*\]\()?<?([^)\s>]+)/im.exec(head)?.[1]
      ?? /<(?:url|source)>\s*([^<\s]+)/i.exec(head)?.[1];
    if (written) found.push({ title: heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[*_`#]/g, ''), address: written, text: part.slice(heading.length + 2) });
  }
  return placesOf(found, address);
}

/** Comments in code begin like headings. @param {string} text */
const withoutFences = (text) => text.replace(/^(`{3,}|~{3,})[^\n]*\n[\s\S]*?^\1[`~]*[ \t]*$/gm, (code) => code.replace(/^#/gm, ' #'));

const NAMES = { title: ['title', 'name', 'heading'], address: ['address', 'url', 'href', 'link', 'permalink', 'location', 'path', 'uri', 'relpermalink'], text: ['text', 'content', 'contents', 'body', 'excerpt', 'description', 'summary'] };

/**
 * A list in JSON, as themes of Hugo, Jekyll and others write it.
 * @param {string} text
 * @param {string} address of the file
 */
export function list(text, address) {
  const value = json(text);
  const entries = Array.isArray(value) ? value : listOf(Object.values(value ?? {}).find(Array.isArray));
  return placesOf(entries.filter((entry) => entry && typeof entry === 'object').map((entry) => {
    const fields = Object.fromEntries(Object.entries(entry).map(([name, held]) => [name.toLowerCase(), held]));
    const first = (/** @type {string[]} */ names) => names.map((name) => fields[name]).find((held) => typeof held === 'string');
    return { title: first(NAMES.title), address: first(NAMES.address), text: first(NAMES.text) };
  }), address);
}
