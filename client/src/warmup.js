/** What is done ahead of the click. Licence: Apache-2.0 */

import { make } from './dom.js';

/** @type {Set<string>} */
const warmed = new Set();

/**
 * Wake the function up while the visitor reads: the click need not wait for its cold start.
 * @param {string} endpoint
 */
export function warmUp(endpoint) {
  const { connection } = /** @type {{ connection?: { saveData?: boolean } }} */ (navigator);
  if (warmed.has(endpoint) || connection?.saveData) return;
  warmed.add(endpoint);
  fetch(endpoint, { credentials: 'omit', priority: 'low' }).catch(() => {}); // a click will say what is wrong
}

/** @param {import('./tokens.js').TokenAnswer} answer */
export function preconnect({ websocketUrl }) {
  const { origin } = new URL(websocketUrl.replace(/^ws/, 'http'));
  if (document.head.querySelector(`link[rel=preconnect][href="${origin}"]`)) return;
  document.head.append(make('link', { rel: 'preconnect', href: origin }));
}
