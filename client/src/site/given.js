/**
 * Which addresses the site itself has given. A model can be talked into writing what the visitor said into an address, from where it would come into
 * the server's log: one with a query, or a long one, is taken only as it was found. Licence: Apache-2.0
 */

const MOST = 5000;
const LONG = 200; // characters of a path

/** @type {Set<string>} */
const given = new Set();

/** @param {{ href: string }} address */
const keyOf = ({ href }) => href.split('#')[0];

/** @param {URL} address */
const carries = ({ search, pathname }) => search !== '' || pathname.length > LONG;

/** An index or a page of the site names it. @param {URL | null} address */
export function give(address) {
  if (address && carries(address) && given.size < MOST) given.add(keyOf(address));
}

/** @param {URL} address */
export function isGiven(address) {
  if (!carries(address)) return true;
  const key = keyOf(address);
  return given.has(key) || key === keyOf(location) || [...document.links].some((link) => keyOf(link) === key);
}
