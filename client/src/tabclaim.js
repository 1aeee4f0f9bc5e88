/** Which tab a record belongs to: a duplicated tab has a copy of it, and not the lock. Licence: Apache-2.0 */

const PATIENCE = 1500; // milliseconds: the former page of this tab may be on its way out

/** @type {{ tab: string, free: () => void } | null} */
let held = null;

/**
 * Whether this tab holds the name, or could take it; it then does until the page is left.
 * @param {string} tab
 * @returns {Promise<boolean>}
 */
export function claimTab(tab) {
  if (held?.tab === tab) return Promise.resolve(true);
  held?.free();
  return new Promise((resolve) => {
    const request = navigator.locks.request(`livetoken ${tab}`, { signal: AbortSignal.timeout(PATIENCE) }, () => new Promise((free) => {
      held = { tab, free: () => free(null) };
      resolve(true);
    }));
    request.catch(() => resolve(false)); // it is still taken
  });
}

/** The page is left, or kept for the way back: the next page of this tab takes the name. */
export function freeTab() {
  held?.free();
  held = null;
}
