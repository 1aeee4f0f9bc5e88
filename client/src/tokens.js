/** The function's tokens. Licence: Apache-2.0 */

import { LiveError } from './errors.js';
import { isAddress, mistake, unreachable } from './owner.js';
import { unlessBlocked, watchPolicy } from './policy.js';
import { warmedUp, warmUp } from './warmup.js';

/** @typedef {string | null | undefined | (() => string | null | undefined)} Field A value, or a function that is called for each request. */
/** @typedef {import('./sections.js').PageSection[] | undefined} Sections */
/** @typedef {Record<string, string>} RequestHeaders */

/**
 * What the function answers.
 * @typedef {object} TokenAnswer
 * @property {string} token
 * @property {string} expiresAt
 * @property {string} newSessionExpiresAt
 * @property {string} model
 * @property {string} voice
 * @property {string} prompt
 * @property {string} promptVersion another text of the prompt file has another
 * @property {string} requestId stands in the function's log
 * @property {{ minutes: number }} [budget] how long a conversation should be
 * @property {'v1alpha' | 'v1beta'} apiVersion
 * @property {string} websocketUrl
 */

/**
 * @typedef {object} TokenOptions
 * @property {string} endpoint the address of the livetoken function
 * @property {Field} [prompt] name of a prompt file
 * @property {Field} [model] one of those that the prompt file allows
 * @property {Field} [voice] one of those that the prompt file allows
 * @property {Field} [lang] BCP-47, such as 'es' or 'pt-BR'
 * @property {Field} [pageTitle]
 * @property {Field} [pageUrl] an address of the calling site
 * @property {Field} [pageContent] at most 12 000 characters
 * @property {Sections | (() => Sections)} [pageSections] at most 50 headings, so that the model can show them
 * @property {RequestHeaders | (() => RequestHeaders | Promise<RequestHeaders>)} [headers] for a function that verifies its callers
 * @property {number} [timeout] milliseconds to wait for a token; 16000
 */

const REQUEST_FIELDS = /** @type {const} */ (['prompt', 'model', 'voice', 'lang', 'pageTitle', 'pageUrl', 'pageContent', 'pageSections']);

/** Asks the function for tokens. Holds at most one that is unused, with at most one request in flight. */
export class Tokens {
  /** @type {TokenOptions} */
  #options;
  /** @type {{ body: string, answer: Promise<TokenAnswer>, until: number } | null} */
  #held = null;

  /** @param {TokenOptions} options */
  constructor(options) {
    this.#options = options;
  }

  /** Let the function start while the visitor reads; a token that is asked for meanwhile waits until it has. Never fails. */
  warmUp() {
    try {
      warmUp(this.#options.endpoint);
    } catch {} // no address: a click will say so
  }

  /**
   * Fetch a token ahead. An unused token costs nothing; there is one at most, however often the page changes meanwhile.
   * @returns {Promise<TokenAnswer>}
   */
  prefetch() {
    if (this.#held && Date.now() < this.#held.until) return this.#held.answer;
    try {
      return this.#fetch(this.#body());
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** @param {string} body */
  #fetch(body) {
    const held = { body, until: Infinity, answer: this.#ask(body) };
    held.answer.then(
      // No window is shorter than a minute, whatever the visitor's clock says.
      ({ newSessionExpiresAt }) => { held.until = Math.max(Date.now() + 55000, Date.parse(newSessionExpiresAt) - 5000 || 0); },
      () => { if (this.#held === held) this.#held = null; },
    );
    return (this.#held = held).answer;
  }

  /**
   * A token for one connection. With a resumption handle it goes on with an earlier session.
   * @param {string | null} [resumptionHandle]
   * @returns {Promise<TokenAnswer>}
   */
  async take(resumptionHandle) {
    if (resumptionHandle) return this.#ask(this.#body(resumptionHandle), true);
    const body = this.#body();
    const fits = this.#held?.body === body && Date.now() < this.#held.until;
    const answer = fits ? this.prefetch() : this.#fetch(body);
    this.#held = null; // a token works once
    return answer;
  }

  /** Where they come from, and what the page says of its visitor there. */
  get source() {
    const { endpoint, headers } = this.#options;
    return { endpoint, headers };
  }

  /** @param {string} [resumptionHandle] */
  #body(resumptionHandle) {
    /** @type {Record<string, unknown>} */
    const body = { resumptionHandle };
    try {
      for (const name of REQUEST_FIELDS) {
        const value = this.#options[name];
        body[name] = (typeof value === 'function' ? value() : value) || undefined;
      }
    } catch (cause) {
      throw mistake('page_failed', 'a field cannot be had', cause);
    }
    return JSON.stringify(body);
  }

  /**
   * @param {string} body
   * @param {boolean} [again] this page was answered before
   * @returns {Promise<TokenAnswer>}
   */
  async #ask(body, again = false) {
    const { endpoint, timeout = 16000 } = this.#options;
    if (!isAddress(endpoint)) throw mistake('bad_endpoint', `“${endpoint}” is no address to ask`);
    const headers = await this.#headers(timeout);
    watchPolicy();
    let response, answer;
    try {
      await warmedUp(endpoint);
      response = await fetch(endpoint, {
        method: 'POST',
        headers,
        body,
        credentials: 'omit',
        signal: AbortSignal.timeout(timeout),
      });
      answer = await response.json();
    } catch (/** @type {any} */ cause) {
      if (cause.name === 'TimeoutError') throw new LiveError('timeout', { cause });
      if (response) throw new LiveError('bad_answer', { cause });
      throw await unlessBlocked(endpoint, again ? new LiveError('unreachable', { cause }) : await unreachable(endpoint, cause));
    }
    if (!response.ok) {
      const retryAfter = Number(response.headers.get('Retry-After')) || undefined;
      throw new LiveError(answer?.code ?? 'bad_answer', { message: answer?.error, requestId: answer?.requestId, retryAfter });
    }
    if (!answer?.token || !/^wss?:\/\//.test(answer.websocketUrl)) throw new LiveError('bad_answer');
    return answer;
  }

  /**
   * What the page says of its visitor, in time.
   * @param {number} timeout milliseconds
   * @returns {Promise<Headers>}
   */
  async #headers(timeout) {
    const { headers } = this.#options;
    try {
      const given = typeof headers === 'function' ? await inTime(headers(), timeout) : headers;
      return new Headers({ 'Content-Type': 'application/json', ...given });
    } catch (cause) {
      throw mistake('headers_failed', 'the headers cannot be had', cause);
    }
  }
}

/**
 * @template Value
 * @param {Value | Promise<Value>} value
 * @param {number} milliseconds
 * @returns {Promise<Value>}
 */
function inTime(value, milliseconds) {
  const late = AbortSignal.timeout(milliseconds);
  return Promise.race([value, new Promise((_, reject) => late.addEventListener('abort', () => reject(late.reason), { once: true }))]);
}
