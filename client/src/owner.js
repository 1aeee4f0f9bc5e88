/** What the owner of the page has to mend, and no visitor: it must not be taken for a dead network. Licence: Apache-2.0 */

import { LiveError } from './errors.js';

const LOOPBACK = /^(localhost|.+\.localhost|127\.[\d.]+|\[::1\])$/;

/**
 * Whether a page may ask it: http on a secure page is what browsers block.
 * @param {unknown} endpoint
 */
export function isAddress(endpoint) {
  const base = globalThis.document?.baseURI;
  if (typeof endpoint !== 'string' || !endpoint.trim() || !URL.canParse(endpoint, base)) return false;
  const { protocol, hostname } = new URL(endpoint, base);
  return protocol === 'https:' || (protocol === 'http:' && (globalThis.location?.protocol !== 'https:' || LOOPBACK.test(hostname)));
}

/**
 * The error, which the console tells with its cause.
 * @param {import('./errors.js').ErrorCode} code
 * @param {string} what
 * @param {unknown} [cause]
 */
export function mistake(code, what, cause) {
  console.error(`livetoken: ${what}.`, cause ?? '');
  return new LiveError(code, { cause });
}

/**
 * The network, or an answer that browsers let this page not read.
 * @param {string} endpoint
 * @param {unknown} cause
 */
export async function unreachable(endpoint, cause) {
  const answers = await import('./livetoken-diagnosis.js').then(({ answersOthers }) => answersOthers(endpoint)).catch(() => {});
  return new LiveError('unreachable', { cause, sentence: answers ? 'unreachable_here' : undefined });
}
