/**
 * Begin the function's cold start while the visitor reads, once for the whole page.
 * @param {string} endpoint
 */
export function warmUp(endpoint: string): void;
/**
 * Resolves when the warm-up is over that was begun before, at once where there was none: then the caller's own request begins it.
 * @param {string} endpoint
 */
export function warmedUp(endpoint: string): Promise<void>;
/** @param {import('./tokens.js').TokenAnswer} answer */
export function preconnect({ websocketUrl }: import("./tokens.js").TokenAnswer): void;
