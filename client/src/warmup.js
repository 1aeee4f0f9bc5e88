/** What is done ahead of the click. Licence: Apache-2.0 */

import { make } from './dom.js';

const WAIT_MILLISECONDS = 12000; // the function answers after 10 s at the latest
// Of the page, because its element and its module have a copy of this file each.
const SHARED = Symbol.for('livetoken.warmUps');
/** Each function that was asked for anything, and its warm-up. @type {Map<string, Promise<unknown> | undefined>} */
const begun = (/** @type {any} */ (globalThis)[SHARED] ??= new Map());

/** @param {string} endpoint */
function address(endpoint) {
  const url = new URL(endpoint, globalThis.document?.baseURI);
  url.searchParams.set('warm', '1'); // the answer comes when the function is warm
  return url.href;
}

/**
 * Begin the function's cold start while the visitor reads, once for the whole page.
 * @param {string} endpoint
 */
export function warmUp(endpoint) {
  const url = address(endpoint);
  const asked = /** @type {{ connection?: { saveData?: boolean } }} */ (navigator);
  if (begun.has(url) || asked.connection?.saveData) return;
  const answer = fetch(url, { priority: 'low', credentials: 'omit', signal: AbortSignal.timeout(WAIT_MILLISECONDS) });
  // read, else the browser would take the request for one under way; a click will say what is wrong
  begun.set(url, answer.then((got) => got.json()).catch(() => {}));
}

/**
 * Resolves when the warm-up is over that was begun before, at once where there was none: then the caller's own request begins it.
 * @param {string} endpoint
 */
export async function warmedUp(endpoint) {
  const url = address(endpoint);
  if (!begun.has(url)) begun.set(url, undefined); // none is to begin any more
  await begun.get(url);
}

/** @param {import('./tokens.js').TokenAnswer} answer */
export function preconnect({ websocketUrl }) {
  const { origin } = new URL(websocketUrl.replace(/^ws/, 'http'));
  if (document.head.querySelector(`link[rel=preconnect][href="${origin}"]`)) return;
  document.head.append(make('link', { rel: 'preconnect', href: origin }));
}
