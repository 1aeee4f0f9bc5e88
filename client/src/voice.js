/** The visitor's voice on its way to Gemini: microphone, muting, push-to-talk. Licence: Apache-2.0 */

import { toBase64 } from './base64.js';
import { LiveError } from './errors.js';
import { Microphone } from './microphone.js';

const QUIET_MILLISECONDS = 1500; // after the last sound Gemini still has to notice that the sentence is over

export class Voice {
  /** @type {Microphone | null} */
  #microphone = null;
  #on = false;
  #closed = false;
  #muted = false;
  #talking = false;
  #heardAt = 0;
  #pushToTalk;
  #send;
  #onlost;

  /** @param {{ pushToTalk: boolean, send: (realtimeInput: object) => void, onlost: (error: LiveError) => void }} options */
  constructor({ pushToTalk, send, onlost }) {
    this.#pushToTalk = pushToTalk;
    this.#send = send;
    this.#onlost = onlost;
  }

  /**
   * Rejects with a LiveError.
   * @param {MediaTrackConstraints} [constraints]
   */
  async start(constraints) {
    if (this.#microphone || this.#closed) return;
    try {
      const microphone = (this.#microphone = new Microphone());
      await microphone.open(constraints, {
        onchunk: (pcm) => this.#transmit(pcm),
        onvoice: () => { if (this.#transmitting) this.#heardAt = Date.now(); },
        onlost: () => {
          this.stop();
          this.#onlost(new LiveError('microphone_lost'));
        },
      });
      microphone.enabled = !this.#muted;
      this.#on = !this.#closed;
    } catch (cause) {
      if (this.#closed) return;
      this.#microphone = null;
      throw cause instanceof LiveError ? cause : new LiveError('audio_failed', { cause });
    }
  }

  stop() {
    if (!this.#microphone) return;
    this.#microphone.close();
    this.#microphone = null;
    this.#on = false;
    this.#endStream();
  }

  close() {
    this.#closed = true;
    this.#microphone?.close();
    this.#microphone = null;
    this.#on = false;
  }

  /** The microphone is open; it may be muted. */
  get on() {
    return this.#on;
  }

  /** Loudness, 0 to 1. */
  get level() {
    return this.#muted ? 0 : this.#microphone?.level ?? 0;
  }

  /** The visitor says nothing, and Gemini had time to notice. */
  get quiet() {
    return !this.#talking && Date.now() - this.#heardAt > QUIET_MILLISECONDS;
  }

  get #transmitting() {
    return !this.#muted && (!this.#pushToTalk || this.#talking);
  }

  /** @param {ArrayBuffer} pcm */
  #transmit(pcm) {
    if (this.#transmitting) this.#send({ audio: { data: toBase64(new Uint8Array(pcm)), mimeType: 'audio/pcm;rate=16000' } });
  }

  /** Gemini then waits for no more. Push-to-talk marks the end by itself. */
  #endStream() {
    if (!this.#pushToTalk) this.#send({ audioStreamEnd: true });
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
    this.#send(talking ? { activityStart: {} } : { activityEnd: {} });
  }
}
