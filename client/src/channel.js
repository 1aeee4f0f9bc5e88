/** The way to Gemini. It outlives its connections, which Gemini closes after about ten minutes each. Licence: Apache-2.0 */

import { Connection } from './connection.js';
import { LiveError } from './errors.js';

const QUEUED_FRAMES = 2000; // about a minute of speech
const LAST_ATTEMPT = 7; // with the pauses below, about half a minute
const NOTICE_MILLISECONDS = 1000; // shorter gaps nobody needs to see
const GOOD_MILLISECONDS = 2000; // a connection that lasted so long was a good one

/** @param {number} milliseconds */
const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const backOnline = () => new Promise((resolve) => globalThis.addEventListener('online', resolve, { once: true }));

/**
 * Doubling pauses; the jitter keeps the visitors of a restarted server apart.
 * @param {number} attempt
 */
const pauseBefore = (attempt) => (attempt ? Math.min(8000, 250 * 2 ** attempt) * (0.5 + Math.random() / 2) : 0);

/**
 * @typedef {object} ChannelOptions
 * @property {import('./tokens.js').Tokens} tokens
 * @property {Promise<unknown>} prepared before the first message comes
 * @property {Record<string, unknown>} [setup]
 * @property {import('./replay.js').Replay} replay
 * @property {() => boolean} settled nothing would be lost by changing the connection now
 * @property {(message: any, from: Connection) => void} onmessage
 * @property {() => void} onchange another connection takes over, before anything is sent on it
 * @property {(first: boolean, contextKept: boolean) => void} onopen
 * @property {() => void} onreconnecting
 * @property {(error: LiveError) => void} onfail
 */

export class Channel {
  /** @type {ChannelOptions} */
  #options;
  /** The connection in use. @type {Connection | null} */
  connection = null;
  closed = false;
  #openedAt = 0;
  #attempt = 0;
  /** What cannot be sent yet. @type {Array<{ frame: any, onsent?: () => void }>} */
  #outbox = [];
  #holding = true;
  #handingOver = false;
  #activityOpen = false; // Gemini was told that the visitor has begun to speak, and not that it was all
  #recap = true;
  #recapped = false;

  /** @param {ChannelOptions} options */
  constructor(options) {
    this.#options = options;
  }

  /**
   * A token, a socket, a setup; then everything that waited is sent.
   * @param {import('./tokens.js').TokenAnswer | null} [ahead] a token for the session's handle that is here already
   */
  async open(ahead = null) {
    let { handle } = this.#options.replay;
    for (let spare = 2; ; spare--) {
      try {
        const answer = ahead ?? (await this.#options.tokens.take(handle));
        ahead = null; // a token works once
        await this.#options.prepared;
        if (this.closed) return;
        const connection = new Connection(answer, this.#options.setup, {
          onmessage: (message, from) => this.#receive(message, from),
          onclose: (error, from) => from === this.connection && this.#lost(error),
        });
        await connection.opened;
        if (this.closed) connection.close();
        else this.#adopt(connection, Boolean(handle));
        return;
      } catch (cause) {
        const error = cause instanceof LiveError ? cause : new LiveError('socket_failed', { cause });
        // A token that was fetched ahead may have run out, and so may a handle.
        const staleToken = error.code === 'token_expired' || error.code === 'token_used';
        const staleHandle = handle && (['invalid_request', 'setup_rejected'].includes(error.code) || /handle|resum/i.test(error.reason ?? ''));
        if (!spare || !(staleToken || staleHandle)) throw error;
        if (staleHandle) handle = null;
      }
    }
  }

  close() {
    this.closed = true;
    this.connection?.close();
    this.connection = null;
    this.#outbox = [];
  }

  /**
   * Send a frame, or keep it until it can be sent. `onsent()` is called when it really goes.
   * @param {object} frame
   * @param {() => void} [onsent]
   */
  send(frame, onsent) {
    if (this.closed) return;
    if (!this.#holding && this.connection?.writable) return this.#deliver({ frame, onsent });
    this.#outbox.push({ frame, onsent });
    if (this.#outbox.length > QUEUED_FRAMES) this.#outbox.splice(this.#outbox.findIndex((item) => item.frame.realtimeInput?.audio), 1);
  }

  /**
   * Send a frame that would be of no use later.
   * @param {object} frame
   */
  sendNow(frame) {
    if (!this.#holding) this.send(frame);
  }

  /** @param {{ frame: any, onsent?: () => void }} item */
  #deliver({ frame, onsent }) {
    onsent?.();
    if (frame.realtimeInput?.activityStart) this.#activityOpen = true;
    if (frame.realtimeInput?.activityEnd) this.#activityOpen = false;
    this.connection?.send(frame);
  }

  #flush() {
    for (const { frame, onsent } of this.#outbox.splice(0)) this.send(frame, onsent);
  }

  /**
   * @param {any} message
   * @param {Connection} from
   */
  #receive(message, from) {
    if (from.closed || this.closed) return;
    this.#options.onmessage(message, from);
    const { sessionResumptionUpdate: update, goAway } = message;
    if (update?.resumable && update.newHandle) this.#options.replay.save(update.newHandle);
    if (goAway) this.#handOver(from);
  }

  /**
   * @param {Connection} connection
   * @param {boolean} contextKept
   */
  #adopt(connection, contextKept) {
    const first = !this.#openedAt;
    this.connection?.close();
    this.connection = connection;
    this.#openedAt = Date.now();
    this.#holding = false;
    if (!first || this.#options.replay.resumed) this.#catchUp(contextKept);
    this.#flush();
    this.#options.onopen(first, contextKept);
  }

  /**
   * Bring a new connection to where the former one was.
   * @param {boolean} contextKept
   */
  #catchUp(contextKept) {
    const { replay, onchange } = this.#options;
    if (!contextKept) replay.handle = null;
    onchange();
    const { told, asked } = replay.frames({ contextKept, recap: this.#recap });
    this.#recapped = told.length > 0;
    // Who held the button to talk when the connection was lost is still talking.
    const resumed = this.#activityOpen ? [{ realtimeInput: { activityStart: {} } }] : [];
    for (const frame of [...told, ...asked, ...resumed]) this.#deliver({ frame });
  }

  /**
   * The connection closed by itself.
   * @param {LiveError} error
   */
  #lost(error) {
    this.connection = null;
    this.#holding = true;
    if (this.#recapped && error.code === 'setup_rejected') this.#recap = false; // some models take no such frame: go on without
    else if (!error.passing) return this.#options.onfail(error);
    if (!this.#handingOver) this.#reconnect();
  }

  async #reconnect() {
    const { onreconnecting, onfail } = this.#options;
    if (Date.now() - this.#openedAt > GOOD_MILLISECONDS) this.#attempt = 0;
    const notice = setTimeout(onreconnecting, NOTICE_MILLISECONDS);
    let pause = 0;
    while (!this.closed && !this.connection) {
      await Promise.race([wait(Math.max(pause, pauseBefore(this.#attempt))), backOnline()]);
      try {
        this.#attempt += 1;
        await this.open();
      } catch (/** @type {any} */ error) {
        pause = 1000 * (error.retryAfter ?? 0);
        if (!error.passing || pause > 60000) onfail(error);
        else if (this.#attempt > LAST_ATTEMPT) onfail(new LiveError('connection_lost', { cause: error }));
      }
    }
    clearTimeout(notice);
  }

  /**
   * Gemini will close this connection soon: change to another between two turns, when nothing can be lost.
   * @param {Connection} connection
   */
  async #handOver(connection) {
    if (this.#handingOver) return;
    this.#handingOver = true;
    const answer = await this.#nextToken(connection);
    if (answer && connection === this.connection) {
      // Gemini may refuse a second connection to a session: the first is closed before.
      connection.close();
      this.connection = null;
      await this.open(answer).catch(() => {}); // the reconnecting goes on
    }
    this.#handingOver = false;
    if (!this.connection && !this.closed) this.#reconnect();
  }

  /**
   * A token for the next connection. Once it is here, what is said belongs to that connection; null where there is none.
   * @param {Connection} connection
   */
  async #nextToken(connection) {
    const { replay, settled, tokens } = this.#options;
    while (connection === this.connection) {
      if (!settled()) {
        await wait(50);
        continue;
      }
      const { begun } = replay;
      this.#holding = true;
      const answer = await tokens.take(replay.handle).catch(() => null); // the old connection still works; its end starts the reconnecting
      if (answer && replay.settled && replay.begun === begun) return answer;
      if (connection !== this.connection) return null;
      this.#holding = false; // Gemini has said something that the token's handle does not hold
      this.#flush();
      if (!answer) return null;
    }
    return null;
  }
}
