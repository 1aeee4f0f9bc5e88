/** Whether the visitor has agreed, as long as the owner wants it remembered. Licence: Apache-2.0 */

/**
 * @param {string | null} key of localStorage, the attribute `consent-key`
 */
export function hasAgreed(key) {
  try {
    return Boolean(key && localStorage.getItem(key));
  } catch {
    return false; // the visitor's browser keeps nothing
  }
}

/** @param {string | null} key */
export function rememberConsent(key) {
  try {
    if (key && !localStorage.getItem(key)) localStorage.setItem(key, new Date().toISOString());
  } catch {} // the visitor is asked again
}
