/**
 * @param {string} text
 * @returns {Array<string | HTMLAnchorElement>}
 */
export function linked(text: string): Array<string | HTMLAnchorElement>;
