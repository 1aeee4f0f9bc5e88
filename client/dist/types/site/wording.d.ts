/**
 * The text of a piece of HTML, as search indexes hold it.
 * @param {unknown} html
 */
export function textOfHtml(html: unknown): string;
/**
 * The part of a text around the first place where a word of the question stands.
 * @param {string} text
 * @param {string} query
 * @param {number} characters
 */
export function excerptOf(text: string, query: string, characters: number): string;
export function cutAt(text: string, characters: number): string;
export function seen(text: string): string;
export function lineOf(value: unknown): string;
export function unescaped(text: unknown): string;
