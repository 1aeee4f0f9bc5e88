/** What the visitor says becomes chunks of PCM. Licence: Apache-2.0 */

import { keepRunning } from './awake.js';
import { LiveError } from './errors.js';
import { isLoud, isSilent, levelOf } from './loudness.js';

/** Hears the visitor: hands on chunks of 16 kHz, 16-bit, mono PCM. */
export class Microphone {
  #context;
  #analyser;
  #rest;
  /** @type {MediaStream | undefined} */
  #stream;

  constructor() {
    if (!globalThis.isSecureContext) throw new LiveError('insecure_context');
    if (!navigator.mediaDevices) throw new LiveError('microphone_missing');
    this.#context = new AudioContext(); // at the device's own rate: the worklet resamples
    this.#rest = keepRunning(this.#context);
    this.#analyser = this.#context.createAnalyser();
  }

  /**
   * Rejects with a LiveError.
   * @param {MediaTrackConstraints | undefined} constraints
   * @param {{ onchunk(pcm: ArrayBuffer): void, onsound(): void, onvoice(): void, onlost(): void }} listeners
   */
  async open(constraints, { onchunk, onsound, onvoice, onlost }) {
    const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, ...constraints };
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({ audio });
    } catch (/** @type {any} */ cause) {
      this.close();
      const refusal = /NotAllowed|Security/.test(cause.name) ? 'denied' : /NotReadable|Abort/.test(cause.name) ? 'busy' : 'missing';
      throw new LiveError(`microphone_${refusal}`, { cause, sentence: refusal === 'denied' && isForbidden() ? 'microphone_forbidden' : undefined });
    }
    if (this.#context.state === 'closed') return this.close(); // the session ended while the visitor was asked
    try {
      // A file of its own: a strict policy allows no blob: worklet.
      await this.#context.audioWorklet.addModule(new URL('./livetoken-worklet.js', import.meta.url));
      const worklet = new AudioWorkletNode(this.#context, 'livetoken-microphone', { numberOfOutputs: 0 });
      worklet.port.onmessage = ({ data }) => {
        if (!isSilent(data)) onsound();
        if (isLoud(data)) onvoice();
        onchunk(data);
      };
      this.#context.createMediaStreamSource(this.#stream).connect(this.#analyser).connect(worklet);
    } catch (cause) {
      this.close();
      throw new LiveError('audio_failed', { cause });
    }
    for (const track of this.#stream.getTracks()) track.onended = onlost;
  }

  /** Off, the browser's own microphone sign shows it too. @param {boolean} enabled */
  set enabled(enabled) {
    for (const track of this.#stream?.getTracks() ?? []) track.enabled = enabled;
  }

  async isUnplugged() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    const own = this.#stream?.getAudioTracks()[0].getSettings().deviceId;
    return !devices.some(({ deviceId }) => deviceId === own);
  }

  get level() {
    return levelOf(this.#analyser);
  }

  close() {
    this.#rest();
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    if (this.#context.state !== 'closed') this.#context.close();
  }
}

/** Whether the page's own policy keeps visitors from allowing it, where the browser tells. */
function isForbidden() {
  const { featurePolicy } = /** @type {{ featurePolicy?: { allowsFeature(name: string): boolean } }} */ (/** @type {unknown} */ (document));
  return featurePolicy?.allowsFeature('microphone') === false;
}
