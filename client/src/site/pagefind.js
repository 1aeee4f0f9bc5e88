/** Pagefind: an index that searches by itself, in WebAssembly. Licence: Apache-2.0 */

import { ownAddress } from '../address.js';
import { give } from './given.js';
import { listOf, titleOf } from './places.js';
import { textOfHtml } from './wording.js';

const EMPTY_PROGRAM = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);
const PAGES = 8; // are looked at; each is a file

/**
 * @param {URL} address of pagefind.js
 * @returns {Promise<import('./sources.js').Search>}
 */
export async function pagefind(address) {
  try {
    new WebAssembly.Module(EMPTY_PROGRAM);
  } catch {
    throw new Error("the page's policy forbids it: script-src needs 'wasm-unsafe-eval'");
  }
  const engine = await import(address.href).catch(() => { throw new Error('it cannot be loaded'); });
  await engine.init?.();
  return async (query) => {
    const { results } = await engine.search(query);
    const pages = await Promise.all(listOf(results).slice(0, PAGES).map((result) => result.data().catch(() => null)));
    return pages.flatMap((page) => {
      const best = listOf(page?.sub_results).toSorted((one, other) => listOf(other?.locations).length - listOf(one?.locations).length)[0] ?? page;
      const found = ownAddress(best?.url ?? page?.url);
      give(found);
      const title = titleOf(page?.meta?.title);
      const part = titleOf(best?.title);
      return found ? [{ title: part && part !== title ? `${title}: ${part}` : title, address: found.href, text: textOfHtml(best?.excerpt ?? page?.excerpt) }] : [];
    });
  };
}
