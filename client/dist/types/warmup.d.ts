/**
 * Wake the function up while the visitor reads: the click need not wait for its cold start.
 * @param {string} endpoint
 */
export function warmUp(endpoint: string): void;
/** @param {import('./tokens.js').TokenAnswer} answer */
export function preconnect({ websocketUrl }: import("./tokens.js").TokenAnswer): void;
