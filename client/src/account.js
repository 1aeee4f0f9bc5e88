/** What is counted of a conversation, its use and its time, by a part that is loaded when one begins. Licence: Apache-2.0 */

const WAIT_MILLISECONDS = 3000;

/** Also ahead, when somebody is about to begin. */
export const loadAccount = () => import('./livetoken-usage.js').catch(console.warn); // the error names the file

export class Account {
  /** @type {import('./usage.js').Usage | null} */
  #usage = null;

  /**
   * @param {import('./session.js').Session} session
   * @param {() => import('./connection.js').Connection | null} connection the one in use
   * @param {import('./tokens.js').Tokens | null} told whose function is told; null where none is
   */
  constructor(session, connection, told) {
    const loaded = loadAccount().then((part) => {
      if (!part) return;
      this.#usage = new part.Usage(session, connection, (used) => told && part.report(told.source, used));
      new part.Budget(session, () => connection()?.answer.budget?.minutes);
    });
    /** Resolves when all is counted; a conversation does not wait longer for it. @type {Promise<unknown>} */
    this.ready = Promise.race([loaded, new Promise((resolve) => setTimeout(resolve, WAIT_MILLISECONDS))]);
  }

  /**
   * @param {number} id of a transcript entry
   * @param {'up' | 'down' | null} thumb
   */
  rate(id, thumb) { this.#usage?.rate(id, thumb); }

  /** @param {import('./tally.js').Ending} ended */
  end(ended) { this.#usage?.end(ended); }
}
