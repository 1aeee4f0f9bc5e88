/** Whether a dead network is none. Loaded when the function cannot be reached. Licence: Apache-2.0 */

const LOOK_MILLISECONDS = 3000;

/**
 * Whether the function answers, but not for this page to read; then the console says what to look at.
 * @param {string} endpoint
 */
export async function answersOthers(endpoint) {
  const look = /** @type {const} */ ({ mode: 'no-cors', credentials: 'omit', signal: AbortSignal.timeout(LOOK_MILLISECONDS) });
  const answers = await fetch(endpoint, look).then(() => true, () => false);
  if (answers) console.error(`livetoken: ${endpoint} answers, but browsers let this page not read it. Is ${globalThis.location?.origin} in ALLOWED_ORIGINS? Does it take the headers that are sent?`);
  return answers;
}
