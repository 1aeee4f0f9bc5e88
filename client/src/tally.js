/** What one token was used for, in totals since it was minted: numbers and codes, no word of it. Licence: Apache-2.0 */

const LONGEST_SILENCE = 300000; // milliseconds without a message that still count: a machine may have been asleep
const MOST_ERRORS = 20;
const IN = { TEXT: 'text', AUDIO: 'audio', IMAGE: 'image', VIDEO: 'video' };
const OUT = { TEXT: 'text', AUDIO: 'audio' };

/** @typedef {'closed' | 'left' | 'idle' | 'budget' | 'failed' | 'resumed'} Ending How it ended; `resumed`: another token goes on. */

/**
 * Add what Gemini has counted by modality; what it counted without one is `unspecified`.
 * @param {Record<string, number>} sums
 * @param {Record<string, string>} names
 * @param {number} [total]
 * @param {Array<{ modality?: string, tokenCount?: number }>} [details]
 */
function add(sums, names, total = 0, details = []) {
  let rest = total;
  for (const { modality = '', tokenCount = 0 } of details) {
    const name = names[modality] ?? 'unspecified';
    sums[name] = (sums[name] ?? 0) + tokenCount;
    rest -= tokenCount;
  }
  if (rest > 0) sums.unspecified = (sums.unspecified ?? 0) + rest;
}

export class Tally {
  #connection;
  #conversation;
  #life; // milliseconds
  #begun = performance.now();
  #heard = performance.now();
  #sequence = 0;
  #turns = 0;
  #tokens = { in: {}, out: /** @type {Record<string, number>} */ ({}) };
  /** @type {Set<string>} */
  #errors = new Set();
  /** Transcript id → thumb. @type {Map<number, 'up' | 'down'>} */
  #thumbs = new Map();
  #told = '';

  /**
   * @param {import('./connection.js').Connection} connection the one that the token has opened
   * @param {string} conversation `requestId` of the conversation's first token
   */
  constructor(connection, conversation) {
    this.#connection = connection;
    this.#conversation = conversation;
    this.#life = Date.parse(connection.answer.expiresAt) - Date.now();
    if (!(this.#life > 60000)) this.#life = Infinity; // the visitor's clock may be wrong
  }

  /** @param {any} message of Gemini's */
  receive({ serverContent, usageMetadata: used }) {
    this.#heard = performance.now();
    if (serverContent?.turnComplete) this.#turns += 1;
    if (!used) return;
    const { in: spent, out: made } = this.#tokens;
    add(spent, IN, used.promptTokenCount, used.promptTokensDetails);
    add(spent, IN, used.toolUsePromptTokenCount, used.toolUsePromptTokensDetails);
    add(made, OUT, used.responseTokenCount, used.responseTokensDetails);
    if (used.thoughtsTokenCount) made.thoughts = (made.thoughts ?? 0) + used.thoughtsTokenCount;
  }

  /** @param {string} code */
  fail(code) { this.#errors.add(code); }

  /**
   * @param {number} id of a transcript entry
   * @param {'up' | 'down' | null} thumb
   */
  rate(id, thumb) {
    if (thumb) this.#thumbs.set(id, thumb);
    else this.#thumbs.delete(id);
  }

  get #seconds() {
    const until = Math.min(this.#connection.endedAt ?? performance.now(), this.#heard + LONGEST_SILENCE);
    return Math.floor(Math.min(this.#life, until - this.#begun) / 100) / 10;
  }

  /**
   * The next report (`Usage` in docs/openapi.yaml); null where nothing has happened since the last one.
   * @param {Ending} [ended]
   */
  report(ended) {
    const { requestId, prompt, promptVersion, model } = this.#connection.answer;
    const conversation = this.#conversation;
    const thumbs = [...this.#thumbs.values()];
    const told = {
      ...{ requestId, conversation, prompt, promptVersion, model, ended },
      turns: this.#turns,
      tokens: this.#tokens,
      reconnects: Number(conversation !== requestId),
      errors: [...this.#errors].slice(0, MOST_ERRORS),
      thumbs: { up: thumbs.filter((thumb) => thumb === 'up').length, down: thumbs.filter((thumb) => thumb === 'down').length },
    };
    const seconds = this.#seconds;
    const news = JSON.stringify([told, Math.floor(seconds / 60)]);
    if (news === this.#told) return null;
    this.#told = news;
    return { ...told, sequence: (this.#sequence += 1), seconds };
  }
}
