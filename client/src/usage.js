/** Tells the function what a conversation uses: every five minutes, at its end, and when the page goes. Licence: Apache-2.0 */

import { Budget } from './budget.js';
import { report } from './report.js';
import { Tally } from './tally.js';

const EVERY_MILLISECONDS = 5 * 60000;

/**
 * What the next page needs to go on counting.
 * @typedef {object} Counted
 * @property {string} [conversation] `requestId` of its first token
 * @property {number} milliseconds that it has taken so far, without what lay between pages
 */

export class Usage {
  #told;
  #budget;
  #conversation;
  /** Of the token in use. @type {Tally | null} */
  #tally = null;
  /** @type {import('./tally.js').Ending | undefined} */
  #ended;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  #page = new AbortController();

  /**
   * @param {import('./session.js').Session} session
   * @param {() => import('./connection.js').Connection | null} connection the one in use
   * @param {import('./tokens.js').Tokens | null} told whose function is told; null where none is
   * @param {Partial<Counted>} [counted] on earlier pages
   */
  constructor(session, connection, told, { conversation, milliseconds } = {}) {
    this.#told = told;
    this.#conversation = conversation;
    this.#budget = new Budget(session, () => connection()?.answer.budget?.minutes, milliseconds);
    const begin = () => this.#begin(/** @type {import('./connection.js').Connection} */ (connection()));
    session.addEventListener('ready', begin);
    if (connection()) begin();
    session.addEventListener('reconnected', begin);
    session.addEventListener('message', ({ detail }) => this.#tally?.receive(detail));
    session.addEventListener('error', ({ detail }) => {
      this.#tally?.fail(detail.error.code);
      if (detail.fatal) this.end('failed');
    });
  }

  /** @param {import('./connection.js').Connection} connection */
  #begin(connection) {
    if (!connection.answer.requestId) return; // a function of an earlier version
    const former = this.#tally;
    this.#report('resumed');
    this.#conversation ??= connection.answer.requestId;
    this.#tally = new Tally(connection, this.#conversation);
    if (former) return;
    this.#timer = setInterval(() => this.#report(), EVERY_MILLISECONDS);
    const { signal } = this.#page;
    // Nobody knows whether a page that is hidden comes back: if it does, the next report says so.
    globalThis.addEventListener?.('pagehide', () => this.#report('left'), { signal });
    globalThis.document?.addEventListener('visibilitychange', () => document.hidden && this.#report('left'), { signal });
  }

  /**
   * @param {number} id of a transcript entry
   * @param {'up' | 'down' | null} thumb null takes it back
   */
  rate(id, thumb) {
    this.#tally?.rate(id, thumb);
    if (this.#ended) this.#report(this.#ended);
  }

  /** @returns {Counted} */
  get counted() { return { conversation: this.#conversation, milliseconds: this.#budget.milliseconds }; }

  /** @param {import('./tally.js').Ending} ended */
  end(ended) {
    if (this.#ended) return;
    this.#ended = ended;
    clearInterval(this.#timer);
    this.#page.abort();
    this.#report(ended);
  }

  /** @param {import('./tally.js').Ending} [ended] */
  #report(ended) {
    const used = this.#tally?.report(ended);
    if (used && this.#told) report(this.#told.source, used);
  }
}
