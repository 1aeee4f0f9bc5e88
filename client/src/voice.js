/** The visitor's voice on its way to Gemini: microphone, muting, push-to-talk. Licence: Apache-2.0 */

import { toBase64 } from './base64.js';
import { LiveError } from './errors.js';
import { Microphone } from './microphone.js';

const QUIET_MILLISECONDS = 1500; // after the last sound Gemini still has to notice that the sentence is over
const SILENT_MILLISECONDS = 5000; // of nothing at all: even silence has some noise
const LOOK_MILLISECONDS = 1000;

/**
 * @typedef {object} VoiceOptions
 * @property {boolean} pushToTalk
 * @property {() => boolean} answering the model is heard; echo cancellation may leave nothing of the microphone's sound
 * @property {(realtimeInput: object) => void} send
 * @property {() => void} onchange the microphone came, went, fell silent or is heard again
 * @property {(error: LiveError) => void} onerror
 */

export class Voice {
  /** @type {VoiceOptions} */
  #options;
  /** @type {Microphone | null} */
  #microphone = null;
  /** @type {MediaTrackConstraints | undefined} */
  #constraints;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #watch;
  #on = false;
  #silent = false;
  #closed = false;
  #muted = false;
  #talking = false;
  #soundAt = 0;
  #voiceAt = 0;

  /** @param {VoiceOptions} options */
  constructor(options) {
    this.#options = options;
  }

  /**
   * Rejects with a LiveError.
   * @param {MediaTrackConstraints} [constraints]
   */
  async start(constraints) {
    if (this.#microphone || this.#closed) return;
    this.#constraints = constraints;
    try {
      const microphone = (this.#microphone = new Microphone());
      await microphone.open(constraints, {
        onchunk: (pcm) => this.#transmit(pcm),
        onsound: () => this.#hear(),
        onvoice: () => { if (this.#transmitting) this.#voiceAt = Date.now(); },
        onlost: () => this.#replace(),
      });
      microphone.enabled = !this.#muted;
      this.#on = !this.#closed;
    } catch (cause) {
      if (this.#closed) return;
      this.#microphone = null;
      throw cause instanceof LiveError ? cause : new LiveError('audio_failed', { cause });
    }
    this.#soundAt = Date.now();
    if (this.#on) this.#watch = setInterval(() => this.#look(), LOOK_MILLISECONDS);
    this.#options.onchange();
  }

  stop() {
    if (!this.#microphone) return;
    this.#release();
    this.#endStream();
    this.#options.onchange();
  }

  close() {
    this.#closed = true;
    this.#release();
  }

  #release() {
    clearInterval(this.#watch);
    this.#microphone?.close();
    this.#microphone = null;
    this.#on = this.#silent = false;
  }

  /** A headset was unplugged: another microphone may be there. What the visitor has stopped stays stopped. */
  async #replace() {
    const unplugged = await this.#microphone?.isUnplugged();
    this.stop();
    try {
      if (!unplugged) throw new LiveError('microphone_lost');
      await this.start(this.#constraints);
    } catch (cause) {
      this.#options.onerror(new LiveError('microphone_lost', { cause }));
    }
  }

  #hear() {
    this.#soundAt = Date.now();
    if (!this.#silent) return;
    this.#silent = false;
    this.#options.onchange();
  }

  /** A microphone that is switched off looks like one that is on. */
  #look() {
    if (this.#muted || this.#options.answering()) this.#soundAt = Date.now();
    if (this.#silent || Date.now() - this.#soundAt < SILENT_MILLISECONDS) return;
    this.#silent = true;
    this.#endStream();
    this.#options.onchange();
    this.#options.onerror(new LiveError('microphone_silent'));
  }

  /** The microphone is open; it may be muted. */
  get on() {
    return this.#on;
  }

  /** Nothing at all comes from the microphone. */
  get silent() {
    return this.#silent;
  }

  /** Loudness, 0 to 1. */
  get level() {
    return this.#muted ? 0 : this.#microphone?.level ?? 0;
  }

  /** The visitor says nothing, and Gemini had time to notice. */
  get quiet() {
    return !this.#talking && Date.now() - this.#voiceAt > QUIET_MILLISECONDS;
  }

  get #transmitting() {
    return !this.#muted && !this.#silent && (!this.#options.pushToTalk || this.#talking);
  }

  /** @param {ArrayBuffer} pcm */
  #transmit(pcm) {
    if (this.#transmitting) this.#options.send({ audio: { data: toBase64(new Uint8Array(pcm)), mimeType: 'audio/pcm;rate=16000' } });
  }

  /** Gemini then waits for no more. Push-to-talk marks the end by itself. */
  #endStream() {
    if (!this.#options.pushToTalk) this.#options.send({ audioStreamEnd: true });
  }

  get muted() {
    return this.#muted;
  }

  set muted(muted) {
    this.#muted = muted;
    if (!this.#microphone) return;
    this.#microphone.enabled = !muted;
    if (muted) this.#endStream();
  }

  /** @param {boolean} talking */
  set talking(talking) {
    if (this.#talking === talking) return;
    this.#talking = talking;
    this.#options.send(talking ? { activityStart: {} } : { activityEnd: {} });
  }
}
