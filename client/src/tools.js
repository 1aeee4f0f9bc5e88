/** The page's functions that the model may call. Licence: Apache-2.0 */

import { pageTool } from './pagetools.js';

/**
 * @typedef {object} ToolCall
 * @property {string} id
 * @property {string} name
 * @property {Record<string, unknown>} args
 */

/**
 * A function of the page that the model may call. What it returns, or throws, is what the model hears.
 * @typedef {(args: any, context: { signal: AbortSignal }) => unknown} PageFunction
 */

/** @typedef {Record<string, unknown>} ToolResponse */

export class Tools {
  /** @type {Record<string, PageFunction>} */
  #functions;
  #site;
  /** @type {Map<string, { controller: AbortController, answer(response?: ToolResponse): void }>} */
  #running = new Map();
  /** Of the answer that is being given. @type {Array<{ key: string, response: Promise<ToolResponse | undefined> }>} */
  #calls = [];
  /** The same, from before the connection was lost. @type {Array<{ key: string, response: Promise<ToolResponse | undefined> }>} */
  #earlier = [];

  /**
   * @param {Record<string, PageFunction>} functions
   * @param {(call: ToolCall) => boolean} announce returns false when the page wants to answer by itself
   * @param {import('./pagetools.js').Site} [site]
   */
  constructor(functions, announce, site) {
    this.#functions = functions;
    this.announce = announce;
    this.#site = site;
  }

  get busy() {
    return this.#running.size > 0;
  }

  /**
   * Resolves with the response for the model; with undefined when the call was cancelled.
   * @param {{ id: string, name: string, args?: Record<string, unknown> }} call
   */
  async call({ id, name, args = {} }) {
    const key = JSON.stringify([name, args]);
    // A question that is asked again after a lost connection calls again. What was done is not done twice.
    const again = this.#earlier.findIndex((earlier) => earlier.key === key);
    const response = again < 0 ? this.#run({ id, name, args }) : this.#earlier.splice(again, 1)[0].response;
    this.#calls.push({ key, response });
    return response;
  }

  /**
   * @param {ToolCall} call
   * @returns {Promise<ToolResponse | undefined>}
   */
  async #run({ id, name, args }) {
    const controller = new AbortController();
    /** @type {Promise<ToolResponse | undefined>} */
    const answered = new Promise((resolve) => this.#running.set(id, { controller, answer: resolve }));
    controller.signal.addEventListener('abort', () => this.#settle(id, undefined));
    if (this.announce({ id, name, args })) this.#settle(id, await this.#perform(name, args, controller.signal));
    return answered;
  }

  /**
   * @param {string} name
   * @param {Record<string, unknown>} args
   * @param {AbortSignal} signal
   * @returns {Promise<ToolResponse>}
   */
  async #perform(name, args, signal) {
    // Own properties only: a model must not reach toString or constructor.
    const own = Object.hasOwn(this.#functions, name) ? this.#functions[name] : pageTool(name, this.#site);
    if (!own) return { error: `This page has no function ${name}.` };
    try {
      return responseOf(await own(args, { signal }));
    } catch (/** @type {any} */ error) {
      return { error: String(error?.message ?? error) };
    }
  }

  /**
   * Answer by hand.
   * @param {string} id
   * @param {unknown} value
   */
  answer(id, value) {
    this.#settle(id, responseOf(value));
  }

  /**
   * @param {string} id
   * @param {ToolResponse} [response]
   */
  #settle(id, response) {
    this.#running.get(id)?.answer(response);
    this.#running.delete(id);
  }

  /** @param {string[]} ids */
  cancel(ids) {
    for (const id of ids) this.#running.get(id)?.controller.abort();
  }

  /** The answer is complete: the same call is a new wish from now on. */
  answerComplete() {
    this.#calls = [];
    this.#earlier = [];
  }

  connectionLost() {
    this.#earlier.push(...this.#calls.splice(0));
  }
}

/**
 * What the model hears of a value: an object, and one that JSON can hold.
 * @param {any} value
 * @returns {ToolResponse}
 */
function responseOf(value) {
  const response = Object.prototype.toString.call(value) === '[object Object]' ? value : { result: value ?? 'done' };
  try {
    return JSON.parse(JSON.stringify(response));
  } catch (/** @type {any} */ error) {
    return { error: `The result cannot be written as JSON: ${error.message}` };
  }
}
