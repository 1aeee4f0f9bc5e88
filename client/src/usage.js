/** Tells the function what a conversation uses: every five minutes, at its end, and when the page goes. Licence: Apache-2.0 */

import { Tally } from './tally.js';

const EVERY_MILLISECONDS = 5 * 60000;

export class Usage {
  #send;
  /** Of the token in use. @type {Tally | null} */
  #tally = null;
  /** @type {import('./tally.js').Ending | undefined} */
  #ended;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  #page = new AbortController();
  /** `requestId` of the conversation's first token. @type {string | undefined} */
  conversation;

  /**
   * @param {import('./session.js').Session} session
   * @param {() => import('./connection.js').Connection | null} connection the one in use
   * @param {(report: object) => void} send
   * @param {string} [conversation] the one that goes on
   */
  constructor(session, connection, send, conversation) {
    this.conversation = conversation;
    this.#send = send;
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
    this.#tally = new Tally(connection, this.conversation);
    this.conversation = this.#tally.conversation;
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
    const report = this.#tally?.report(ended);
    if (report) this.#send(report);
  }
}
