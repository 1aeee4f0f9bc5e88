/** Goes to another page of the site. Licence: Apache-2.0 */

import { ownAddress } from '../address.js';
import { isGiven } from './given.js';

/**
 * The answer of `open_page`.
 * @param {any} args
 * @param {import('../pagetools.js').Site} site
 * @param {AbortSignal} signal
 * @returns {Promise<Record<string, unknown>>}
 */
export async function openPage({ address: written } = {}, site = {}, signal) {
  const address = ownAddress(written);
  if (!address) return { error: 'Only pages of this site can be opened.' };
  if (!isGiven(address)) return { error: 'Such an address can be opened only as the site gives it.' };
  if (!site.open) return { opened: false, error: 'This page cannot open others.' };
  return site.open(address, signal);
}
