/** What the files of search indexes hold: MkDocs', Sphinx', llms.txt and plain lists. Licence: Apache-2.0 */

import { json, listOf, placesOf } from './places.js';

/** @typedef {import('./places.js').Place} Place */
/** @typedef {import('./places.js').Found} Found */

/**
 * MkDocs: search/search_index.json; addresses are relative to the folder above.
 * @param {string} text
 * @param {string} address of the file
 */
export function mkdocs(text, address) {
  const docs = listOf(json(text)?.docs).map((doc) => ({ title: doc?.title, address: doc?.location, text: doc?.text }));
  return placesOf(docs.map((doc) => ({ ...doc, address: doc.address === '' ? './' : doc.address })), new URL('..', address).href);
}

/**
 * Sphinx: searchindex.js holds titles and words, and no text.
 * @param {string} text
 * @param {string} address of the file
 */
export function sphinx(text, address) {
  const body = /^\s*Search\.setIndex\((\{.*\})\)\s*;?\s*$/s.exec(text)?.[1];
  if (!body) throw new Error('it is no index of Sphinx');
  const index = json(body);
  const names = listOf(index.docnames);
  const words = names.map(() => /** @type {string[]} */ ([]));
  for (const terms of [index.terms, index.titleterms]) {
    for (const [term, documents] of Object.entries(terms ?? {})) for (const at of [documents].flat()) words[at]?.push(term);
  }
  /** @type {Found[]} */
  const found = names.map((name, at) => ({ title: index.titles?.[at], address: pageOf(name), text: words[at].join(' '), words: true }));
  for (const [title, places] of Object.entries(index.alltitles ?? {})) {
    for (const [at, anchor] of listOf(places)) if (anchor && names[at] !== undefined) found.push({ title, address: `${pageOf(names[at])}#${anchor}`, words: true });
  }
  return placesOf(found, address);
}

/** The address of a document, as the page's own Sphinx builds it. @param {unknown} name */
function pageOf(name) {
  const { BUILDER, LINK_SUFFIX } = /** @type {any} */ (globalThis).DOCUMENTATION_OPTIONS ?? {};
  if (typeof name !== 'string') return undefined;
  const path = `./${name.split('/').map(encodeURIComponent).join('/')}`;
  if (BUILDER === 'dirhtml') return path.replace(/(^\.\/|\/)index$/, '$1').replace(/\/?$/, '/');
  return path + (typeof LINK_SUFFIX === 'string' ? LINK_SUFFIX : '.html');
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
