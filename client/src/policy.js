/** The page's Content Security Policy. What it blocks fails like a dead network; an event names the address, a moment later. */

import { LiveError } from './errors.js';

/** @type {Set<string> | undefined} */
let blockedHosts;

/** Note from now on what the policy blocks. */
export function watchPolicy() {
  if (blockedHosts) return;
  const hosts = (blockedHosts = new Set());
  globalThis.addEventListener?.('securitypolicyviolation', ({ blockedURI }) => {
    if (/^\w+:\/\//.test(blockedURI)) hosts.add(new URL(blockedURI).host);
  });
}

/**
 * The error, or `blocked_by_policy` where it was the policy that kept the page from the address.
 * @param {string} url
 * @param {LiveError} error
 */
export async function unlessBlocked(url, error) {
  await new Promise((resolve) => setTimeout(resolve, 50));
  const { host } = new URL(url, globalThis.location?.href);
  return blockedHosts?.has(host) ? new LiveError('blocked_by_policy', { cause: error }) : error;
}
