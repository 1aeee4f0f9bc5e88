/** Which tab a record belongs to: a duplicated tab has a copy of it, and not the lock. Licence: Apache-2.0 */

const PATIENCE = 1500; // milliseconds: the former page of this tab may be on its way out

/** The one of this document; granted, or asked for. @type {{ tab: string, granted: Promise<boolean>, free: () => void } | null} */
let claim = null;

/**
 * Whether this tab holds the name, or could take it; it then does until the page is left.
 * @param {string} tab
 * @returns {Promise<boolean>}
 */
export function claimTab(tab) {
  if (claim?.tab === tab) return claim.granted;
  freeTab();
  const own = { tab, free: () => {}, granted: Promise.resolve(false) };
  const over = new Promise((resolve) => { own.free = () => resolve(null); });
  own.granted = new Promise((resolve) => {
    const request = navigator.locks.request(`livetoken ${tab}`, { signal: AbortSignal.timeout(PATIENCE) }, () => {
      resolve(true);
      return over;
    });
    request.catch(() => resolve(false)); // it is still taken
  });
  own.granted.then((granted) => { if (!granted && claim === own) claim = null; });
  claim = own;
  return own.granted;
}

/** The page is left, or kept for the way back: the next page of this tab takes the name. */
export function freeTab() {
  claim?.free();
  claim = null;
}
