/** What is counted of a conversation, its use and its time, by a part that is loaded when one begins. Licence: Apache-2.0 */

const WAIT_MILLISECONDS = 2000;

export class Account {
  /** @type {import('./usage.js').Usage | null} */
  #usage = null;

  /**
   * @param {import('./session.js').Session} session
   * @param {() => import('./connection.js').Connection | null} connection the one in use
   * @param {import('./tokens.js').Tokens | null} told whose function is told; null where none is
   */
  constructor(session, connection, told) {
    const loaded = import('./livetoken-usage.js').then(({ Usage, Budget, report }) => {
      this.#usage = new Usage(session, connection, (used) => told && report(told.source, used));
      new Budget(session, () => connection()?.answer.budget?.minutes);
    }).catch(console.warn); // its error names the file
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
