/** What Gemini says becomes sound. Licence: Apache-2.0 */

import { keepRunning } from './awake.js';
import { levelOf } from './loudness.js';

const WAITING_MILLISECONDS = 1000;
const DEVICE_MILLISECONDS = 5000; // a loudspeaker that is switched on first, such as a wireless headset
const SPEECH_RATE = 24000; // hertz, what Gemini speaks

/** Plays speech: chunks arrive faster than they sound, and follow each other without a gap. */
export class Speaker {
  #context;
  #output;
  #analyser;
  /** @type {GainNode | null} */
  #turn = null; // the gain node of what is being said; an interruption silences it and puts a new one in its place
  /** @type {Set<AudioBufferSourceNode>} */
  #sources = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #waiting;
  #rest;
  #next = 0; // the frame at which the next chunk starts

  /**
   * @param {() => void} onchange is called when sound begins and when it ends
   * @param {() => void} [onwaiting] is called when speech has waited for too long to be heard
   */
  constructor(onchange, onwaiting = () => {}) {
    // The context runs at the rate of the speech: chunks resampled one by one would click where they meet.
    this.#context = new AudioContext({ sampleRate: SPEECH_RATE });
    this.#output = this.#context.createGain();
    this.#analyser = this.#context.createAnalyser();
    this.#output.connect(this.#analyser).connect(this.#context.destination);
    this.onchange = onchange;
    this.onwaiting = onwaiting;
    this.#rest = keepRunning(this.#context);
  }

  get outputNode() {
    return this.#output;
  }

  get playing() {
    return this.#sources.size > 0;
  }

  get level() {
    return this.playing ? levelOf(this.#analyser) : 0; // WebKit's analyser keeps what it heard last
  }

  get volume() {
    return this.#output.gain.value;
  }

  set volume(volume) {
    this.#output.gain.value = Math.min(1, Math.max(0, volume));
  }

  /**
   * Queue 16-bit little-endian PCM.
   * @param {Uint8Array} bytes
   * @param {number} [rate] hertz
   */
  play(bytes, rate = SPEECH_RATE) {
    const length = bytes.length >> 1;
    if (!length) return;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const buffer = this.#context.createBuffer(1, length, rate);
    const samples = buffer.getChannelData(0);
    for (let i = 0; i < length; i++) samples[i] = view.getInt16(2 * i, true) / 32768;

    if (!this.#turn) {
      this.#turn = this.#context.createGain();
      this.#turn.connect(this.#output);
    }
    const source = this.#context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.#turn);
    // Whole frames, so that no rounding opens a gap; a short lead hides the jitter of the network.
    const { sampleRate, currentTime } = this.#context;
    const now = Math.ceil(currentTime * sampleRate);
    if (this.#next < now) this.#next = now + Math.round(0.05 * sampleRate);
    source.start(this.#next / sampleRate);
    this.#next += Math.round((length * sampleRate) / rate);

    source.onended = () => {
      this.#sources.delete(source);
      if (!this.playing) this.onchange();
    };
    this.#sources.add(source);
    // On a page that was touched it is the device that lets us wait, not the browser.
    const patience = navigator.userActivation?.hasBeenActive ? DEVICE_MILLISECONDS : WAITING_MILLISECONDS;
    this.#waiting ??= setTimeout(() => this.#context.state !== 'running' && this.onwaiting(), patience);
    this.onchange();
  }

  /** Silence at once, and forget what was queued. */
  stop() {
    const now = this.#context.currentTime;
    this.#turn?.gain.setTargetAtTime(0, now, 0.005); // a cut without a click
    for (const source of this.#sources) {
      source.onended = null;
      source.stop(now + 0.03);
    }
    this.#sources.clear();
    this.#turn = null;
    this.#next = 0;
    this.onchange();
  }

  close() {
    clearTimeout(this.#waiting);
    this.#rest();
    this.stop();
    this.#context.close();
  }
}
