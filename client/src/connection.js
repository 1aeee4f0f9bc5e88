/** One WebSocket to Gemini. Licence: Apache-2.0 */

import { LiveError } from './errors.js';
import { unlessBlocked, watchPolicy } from './policy.js';

const SETUP_MILLISECONDS = 15000;

/** Gemini's close codes are few; the reason tells more. @type {Array<[RegExp, import('./errors.js').ErrorCode]>} */
const CLOSE_REASONS = [
  [/used too many times/, 'token_used'],
  [/token has expired/i, 'token_expired'],
  [/quota/, 'quota'],
  [/API key/, 'key_rejected'],
  [/is not found for|project-scoped/, 'model_unavailable'],
];

/**
 * @param {{ code?: number, reason?: string }} close
 * @param {boolean} ready
 */
function closeError({ code: closeCode = 1006, reason = '' }, ready) {
  const rejected = closeCode === 1007 || (closeCode === 1008 && !ready);
  const code = CLOSE_REASONS.find(([words]) => words.test(reason))?.[1];
  return new LiveError(code ?? (rejected ? 'setup_rejected' : closeCode === 1006 ? 'socket_failed' : 'server_fault'), { closeCode, reason });
}

/** Frames, and the close, are handed on in the order in which they came. */
export class Connection {
  ready = false;
  closed = false;
  /** On the clock of performance.now(). @type {number | undefined} */
  endedAt;
  #inbox = Promise.resolve();
  /** @type {WebSocket} */
  #socket;
  /** What the function answered. */
  answer;

  /**
   * @param {import('./tokens.js').TokenAnswer} answer
   * @param {Record<string, unknown> | undefined} setup
   * @param {{ onmessage(message: any, from: Connection): void, onclose(error: LiveError, from: Connection): void }} listeners
   */
  constructor(answer, setup, { onmessage, onclose }) {
    watchPolicy();
    this.answer = answer;
    this.#socket = new WebSocket(`${answer.websocketUrl}?access_token=${answer.token}`);
    this.#socket.binaryType = 'arraybuffer';
    /** Resolves once Gemini has accepted the setup. @type {Promise<void>} */
    this.opened = new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new LiveError('setup_timeout'));
        this.close();
      }, SETUP_MILLISECONDS);
      this.#socket.onopen = () => this.send({ setup: { model: answer.model, ...setup } });
      this.#socket.onmessage = ({ data }) => this.#enqueue(async () => {
        const message = await new Response(data).json(); // text, Blob or ArrayBuffer
        if (message.setupComplete) {
          clearTimeout(timer);
          this.ready = true;
          resolve();
        }
        onmessage(message, this);
      });
      let told = false;
      /** @param {{ code?: number, reason?: string }} close */
      const ended = (close) => this.#enqueue(async () => {
        if (told) return;
        told = true;
        this.endedAt ??= performance.now();
        clearTimeout(timer);
        let error = closeError(close, this.ready);
        if (!this.ready && error.code === 'socket_failed') error = await unlessBlocked(answer.websocketUrl, error);
        reject(error);
        if (this.ready && !this.closed) onclose(error, this);
        this.closed = true;
      });
      this.#socket.onclose = ended;
      this.#socket.onerror = () => ended({}); // a socket that a policy blocks has an error and no close
    });
  }

  get writable() {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** @param {object} frame */
  send(frame) {
    this.#socket.send(JSON.stringify(frame));
  }

  close() {
    this.closed = true;
    this.endedAt ??= performance.now();
    this.#socket.close(1000);
  }

  /**
   * Frames are read asynchronously: without the queue one, or the close, would overtake another.
   * @param {() => Promise<void>} task
   */
  #enqueue(task) {
    this.#inbox = this.#inbox.then(task).catch((error) => globalThis.reportError(error));
  }
}
