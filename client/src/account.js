/** What is counted of a conversation, its use and its time, by a part that is loaded when one begins. Licence: Apache-2.0 */

const WAIT_MILLISECONDS = 3000;

/** Also ahead, when somebody is about to begin. */
export const loadAccount = () => import('./livetoken-usage.js').catch(console.warn); // the error names the file

export class Account {
  /** @type {{ counted?: import('./usage.js').Counted } & Partial<import('./usage.js').Usage>} */
  #usage;

  /**
   * @param {import('./session.js').Session} session
   * @param {() => import('./connection.js').Connection | null} connection the one in use
   * @param {import('./tokens.js').Tokens | null} told whose function is told; null where none is
   * @param {{ counted?: import('./usage.js').Counted }} [earlier] what this goes on with
   */
  constructor(session, connection, told, earlier = {}) {
    this.#usage = earlier;
    const loaded = loadAccount().then((part) => { if (part) this.#usage = new part.Usage(session, connection, told, earlier.counted); });
    /** Resolves when all is counted; a conversation does not wait longer for it. @type {Promise<unknown>} */
    this.ready = Promise.race([loaded, new Promise((resolve) => setTimeout(resolve, WAIT_MILLISECONDS))]);
  }

  /** For the page that goes on with it. */
  get counted() { return this.#usage.counted; }

  /**
   * @param {number} id of a transcript entry
   * @param {'up' | 'down' | null} thumb
   */
  rate(id, thumb) { this.#usage.rate?.(id, thumb); }

  /** @param {import('./tally.js').Ending} ended */
  end(ended) { this.#usage.end?.(ended); }
}
