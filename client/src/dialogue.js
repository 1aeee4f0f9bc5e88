/** What both sides say, and what of it must survive the loss of a connection. Licence: Apache-2.0 */

import { fromBase64 } from './base64.js';
import { contentsOf, Replay } from './replay.js';
import { Transcript } from './transcript.js';

/**
 * @typedef {object} DialogueListeners
 * @property {(entry: import('./transcript.js').TranscriptEntry) => void} ontranscript
 * @property {(pcm: Uint8Array, rate?: number) => void} onaudio
 * @property {() => void} oninterrupted
 * @property {() => void} onanswered the model has said all it will say to what was asked
 * @property {() => void} onturn the model's turn is over
 */

/**
 * What a later session needs to go on with this one: the handle, what was said, and the turns that the handle does not hold.
 * @typedef {object} Resumption
 * @property {string | null} handle
 * @property {Array<Pick<import('./transcript.js').TranscriptEntry, 'role' | 'text'>>} entries
 * @property {import('./replay.js').Remembered[]} turns
 * @property {import('./usage.js').Counted} [counted] its time and its number in reports, which go on
 */

export class Dialogue {
  replay = new Replay();
  #transcript;
  #listeners;

  /** @param {DialogueListeners} listeners */
  constructor(listeners) {
    this.#listeners = listeners;
    this.#transcript = new Transcript(listeners.ontranscript);
  }

  get entries() {
    return this.#transcript.entries;
  }

  /** @returns {Resumption} */
  get resumption() {
    return { handle: this.replay.handle, entries: this.entries.map(({ role, text }) => ({ role, text })), turns: this.replay.remembered };
  }

  /** Go on with an earlier session. @param {Resumption} resumption */
  resume({ handle, entries, turns }) {
    this.#transcript.entries = entries.map(({ role, text }) => this.#transcript.restored(role, text));
    this.replay.resume(handle, turns);
  }

  /**
   * The frame that asks something in writing, and what to call when it has gone.
   * @param {string} text
   * @returns {[frame: object, onsent: () => void]}
   */
  ask(text) {
    const entry = this.#transcript.say('user', text);
    const frame = { realtimeInput: { text } };
    return [frame, () => this.replay.asked(() => contentsOf(entry), () => frame)];
  }

  /**
   * The frame that puts turns into the conversation, and what to call when it has gone.
   * @param {string | import('./replay.js').Content | import('./replay.js').Content[]} turns
   * @param {boolean} turnComplete
   * @returns {[frame: object, onsent: () => void]}
   */
  put(turns, turnComplete) {
    const contents = typeof turns === 'string' ? contentsOf({ role: 'user', text: turns }) : [turns].flat();
    const frame = { clientContent: { turns: contents, turnComplete } };
    return [frame, () => (turnComplete ? this.replay.asked(() => contents, () => frame) : this.replay.told(() => contents))];
  }

  /**
   * Take in Gemini's `serverContent`.
   * @param {Record<string, any>} content
   */
  receive({ inputTranscription, outputTranscription, modelTurn, interrupted, generationComplete, turnComplete }) {
    if (inputTranscription?.text) this.#receiveVisitor(inputTranscription.text);
    if (inputTranscription?.finished) this.#transcript.finish('user');
    for (const { inlineData, text, thought } of modelTurn?.parts ?? []) {
      this.replay.began();
      if (inlineData?.mimeType?.startsWith('audio/pcm')) {
        this.#listeners.onaudio(fromBase64(inlineData.data), Number(/rate=(\d+)/.exec(inlineData.mimeType)?.[1]) || undefined);
      }
      if (text && !thought) this.#receiveModel(text);
    }
    if (outputTranscription?.text) this.#receiveModel(outputTranscription.text);
    if (interrupted) {
      this.#transcript.finish('model');
      this.#listeners.oninterrupted();
    }
    if (interrupted || generationComplete) this.replay.answered();
    if (turnComplete) this.replay.over();
    if ((interrupted || generationComplete || turnComplete) && !this.replay.calling) this.#listeners.onanswered();
    if (turnComplete) {
      this.#transcript.finish('user');
      this.#transcript.finish('model');
      this.#listeners.onturn();
    }
  }

  /** @param {string} fragment */
  #receiveVisitor(fragment) {
    const entry = this.#transcript.add('user', fragment);
    if (!entry) return;
    this.replay.asked(() => contentsOf(entry), () => ({ realtimeInput: { text: entry.text } }), { late: entry.before !== undefined });
  }

  /** @param {string} fragment */
  #receiveModel(fragment) {
    const entry = this.#transcript.add('model', fragment);
    this.#transcript.finish('user');
    if (entry) this.replay.told(() => contentsOf(entry), 'open');
  }

  /** Nobody will finish what the former connection had begun. */
  changeConnection() {
    this.#transcript.finish('model');
    if (this.replay.awaitsEnd) this.#listeners.onturn();
  }
}
