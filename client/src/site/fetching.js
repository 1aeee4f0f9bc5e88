/** Files of this site, fetched with bounds. Licence: Apache-2.0 */

import { ownAddress } from '../address.js';
import { unlessBlocked, watchPolicy } from '../policy.js';
import { LiveError } from '../errors.js';

export const SCRIPT = /^(text|application)\/(x-)?javascript\b/i;

/**
 * @typedef {object} Bounds
 * @property {number} bytes
 * @property {number} milliseconds
 * @property {RegExp} types of the answer's Content-Type
 * @property {boolean} [kept] may come from the browser's cache, where a page may lie as a signed-in visitor has seen it
 * @property {AbortSignal} [signal]
 */

/**
 * The text of a file of this site. No cookies go with the request, and no other origin is ever asked, redirects included.
 * Throws an Error with a sentence for the owner.
 * @param {URL} address
 * @param {Bounds} bounds
 * @returns {Promise<{ text: string, type: string, address: URL }>}
 */
export async function fetchText(address, { bytes, milliseconds, types, kept = true, signal }) {
  watchPolicy();
  const late = AbortSignal.timeout(milliseconds);
  const response = await fetch(address, { mode: 'same-origin', credentials: 'omit', cache: kept ? 'default' : 'no-store', signal: signal ? AbortSignal.any([signal, late]) : late })
    .catch(async (cause) => {
      if (cause.name === 'TimeoutError') throw new Error(`${address.pathname} did not come in time`);
      const error = await unlessBlocked(address.href, new LiveError('unreachable', { cause }));
      throw new Error(error.code === 'blocked_by_policy' ? `the page's policy forbids it: connect-src needs 'self'` : `${address.pathname} cannot be fetched`);
    });
  const last = ownAddress(response.url);
  const type = response.headers.get('Content-Type') ?? '';
  if (!response.ok || !last || !types.test(type)) {
    response.body?.cancel().catch(() => {});
    throw new Error(response.ok ? `${address.pathname} is no such file` : `${address.pathname} answers ${response.status}`);
  }
  return { text: await readUpTo(response, bytes, late), type, address: last };
}

/** A small script of this site, to read in it. @param {URL} address */
export const fetchScript = async (address) => (await fetchText(address, { bytes: 20_000, milliseconds: 3000, types: SCRIPT })).text;

/**
 * @param {Response} response
 * @param {number} bytes
 * @param {AbortSignal} late
 */
async function readUpTo(response, bytes, late) {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (let read = 0; reader;) {
    const { done, value } = await reader.read().catch(() => { throw new Error(late.aborted ? 'it did not come in time' : 'it broke off'); });
    if (done) break;
    read += value.length;
    if (read > bytes) {
      reader.cancel().catch(() => {});
      throw new Error(`it has more than ${bytes} bytes`);
    }
    text += decoder.decode(value, { stream: true });
  }
  return text + decoder.decode();
}

/**
 * What was promised, or an Error with this sentence.
 * @template Value
 * @param {Promise<Value>} promise
 * @param {number} milliseconds
 * @param {string} sentence
 * @returns {Promise<Value>}
 */
export function inTime(promise, milliseconds, sentence) {
  return Promise.race([promise, new Promise((_, reject) => setTimeout(() => reject(new Error(sentence)), milliseconds))]);
}
