/** A report of use on its way to the function. Licence: Apache-2.0 */
/**
 * Tell the function what a token was used for. Never fails, and is not lost when the page goes.
 * @param {Pick<import('./tokens.js').TokenOptions, 'endpoint' | 'headers'>} source
 * @param {object} usage `Usage` in docs/openapi.yaml
 */
export function report({ endpoint, headers }: Pick<import("./tokens.js").TokenOptions, "endpoint" | "headers">, usage: object): Promise<void>;
