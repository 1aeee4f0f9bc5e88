/**
 * Tokens for an element; each request describes the page of its moment.
 * @param {import('./element.js').LiveVoice} element
 * @param {import('./language.js').Language} language
 */
export function tokensOf(element: import("./element.js").LiveVoice, language: import("./language.js").Language): Tokens;
/**
 * @param {import('./element.js').LiveVoice} element
 * @param {NonNullable<import('./pagetools.js').Site['open']>} open
 * @returns {import('./pagetools.js').Site}
 */
export function siteOf(element: import("./element.js").LiveVoice, open: NonNullable<import("./pagetools.js").Site["open"]>): import("./pagetools.js").Site;
/** @param {Element} element */
export function pageOf(element: Element): {
    address: string;
    title: string;
    text: () => string | undefined;
};
import { Tokens } from './tokens.js';
