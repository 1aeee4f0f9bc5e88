/**
 * Whether the function answers, but not for this page to read; then the console says what to look at.
 * @param {string} endpoint
 */
export function answersOthers(endpoint: string): Promise<boolean>;
