/** What is counted of a conversation, over all its pages: its use and its time. Licence: Apache-2.0 */

import { Budget } from './budget.js';
import { report } from './report.js';
import { Usage } from './usage.js';

/**
 * What the next page needs to go on counting.
 * @typedef {object} Counted
 * @property {string} [conversation] `requestId` of its first token
 * @property {number} milliseconds that it has taken so far, without what lay between pages
 */

export class Count {
  #usage;
  #budget;

  /**
   * @param {import('./session.js').Session} session
   * @param {() => import('./connection.js').Connection | null} connection the one in use
   * @param {import('./tokens.js').Tokens | null} told whose function is told; null where none is
   * @param {Counted} [counted] on earlier pages
   */
  constructor(session, connection, told, counted) {
    this.#usage = new Usage(session, connection, (used) => told && report(told.source, used), counted?.conversation);
    this.#budget = new Budget(session, () => connection()?.answer.budget?.minutes, counted?.milliseconds);
  }

  /** @returns {Counted} */
  get counted() { return { conversation: this.#usage.conversation, milliseconds: this.#budget.milliseconds }; }

  /**
   * @param {number} id of a transcript entry
   * @param {'up' | 'down' | null} thumb
   */
  rate(id, thumb) { this.#usage.rate(id, thumb); }

  /** @param {import('./tally.js').Ending} ended */
  end(ended) { this.#usage.end(ended); }
}
