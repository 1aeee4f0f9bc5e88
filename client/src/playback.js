/** What the visitor hears: nothing without sound in the browser, and nothing in a silent conversation. Licence: Apache-2.0 */

import { LiveError } from './errors.js';
import { Speaker } from './speaker.js';

export class Playback {
  /** @type {Speaker | null} */
  #speaker = null;
  #volume;
  #silent;
  #onchange;
  #onerror;

  /**
   * @param {{ volume?: number, silent?: boolean }} options
   * @param {{ onchange(): void, onerror(error: LiveError): void }} listeners
   */
  constructor({ volume = 1, silent = false }, { onchange, onerror }) {
    this.#volume = volume;
    this.#silent = silent;
    this.#onchange = onchange;
    this.#onerror = onerror;
  }

  /** Call it inside a click, where browsers unlock sound. */
  open() {
    try {
      this.#speaker = new Speaker(this.#onchange, () => this.#onerror(new LiveError('audio_waiting')));
      this.#speaker.volume = this.#volume;
    } catch (cause) {
      this.#onerror(new LiveError('audio_failed', { cause })); // the transcript can still be read
    }
  }

  close() {
    this.#speaker?.close();
    this.#speaker = null;
  }

  /**
   * @param {Uint8Array} pcm
   * @param {number} [rate] hertz
   */
  play(pcm, rate) {
    if (!this.#silent) this.#speaker?.play(pcm, rate);
  }

  stop() { this.#speaker?.stop(); }

  get playing() { return Boolean(this.#speaker?.playing); }

  get level() { return this.#speaker?.level ?? 0; }

  /** @returns {GainNode | null} */
  get outputNode() { return this.#speaker?.outputNode ?? null; }

  /** 0 to 1. @returns {number} */
  get volume() { return this.#speaker?.volume ?? this.#volume; }

  set volume(volume) {
    if (this.#speaker) this.#speaker.volume = volume;
  }

  /** Answers are written and not played. @returns {boolean} */
  get silent() { return this.#silent; }

  set silent(silent) {
    this.#silent = silent;
    if (silent) this.stop();
  }
}
