/** A report of use on its way to the function. Licence: Apache-2.0 */

/**
 * Tell the function what a token was used for. Never fails, and is not lost when the page goes.
 * @param {Pick<import('./tokens.js').TokenOptions, 'endpoint' | 'headers'>} source
 * @param {object} usage `Usage` in docs/openapi.yaml
 */
export async function report({ endpoint, headers }, usage) {
  const url = new URL(endpoint, globalThis.document?.baseURI);
  url.pathname = `${url.pathname.replace(/(\/api\/token)?\/?$/, '')}/api/usage`;
  const request = { method: 'POST', body: JSON.stringify(usage), credentials: /** @type {const} */ ('omit'), keepalive: true };
  // No pause before the request where there need be none: a page that goes does not wait.
  const given = typeof headers === 'function' ? await headers() : headers;
  await fetch(url, { ...request, headers: { 'Content-Type': 'application/json', ...given } }).catch(() => {});
}
