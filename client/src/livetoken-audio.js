/**
 * Sound for livetoken.js: what Gemini says, and what the visitor says.
 * Licence: Apache-2.0
 */

function rootMeanSquare(analyser) {
  const samples = new Float32Array(analyser.fftSize);
  analyser.getFloatTimeDomainData(samples);
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}

const SPEECH_RATE = 24000; // hertz, what Gemini speaks

/** Plays speech: chunks arrive faster than they sound, and follow each other without a gap. */
export class Speaker {
  #context;
  #output;
  #analyser;
  #turn; // the gain node of what is being said; an interruption silences it and puts a new one in its place
  #sources = new Set();
  #next = 0; // the frame at which the next chunk starts

  /** `onchange()` is called when sound begins and when it ends. */
  constructor(onchange) {
    // The context runs at the rate of the speech: chunks resampled one by one would click where they meet.
    this.#context = new AudioContext({ sampleRate: SPEECH_RATE });
    this.#output = this.#context.createGain();
    this.#analyser = this.#context.createAnalyser();
    this.#output.connect(this.#analyser).connect(this.#context.destination);
    this.onchange = onchange;
    this.unlock = () => this.#context.state === 'suspended' && this.#context.resume();
    this.unlock();
    // Not started by a click? Then it is heard from the first touch on.
    globalThis.addEventListener('pointerdown', this.unlock);
    globalThis.addEventListener('keydown', this.unlock);
  }

  get outputNode() {
    return this.#output;
  }

  get playing() {
    return this.#sources.size > 0;
  }

  get level() {
    return rootMeanSquare(this.#analyser);
  }

  get volume() {
    return this.#output.gain.value;
  }

  set volume(volume) {
    this.#output.gain.value = Math.min(1, Math.max(0, volume));
  }

  /** Queue 16-bit little-endian PCM. */
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
    globalThis.removeEventListener('pointerdown', this.unlock);
    globalThis.removeEventListener('keydown', this.unlock);
    this.stop();
    this.#context.close();
  }
}

/** Why there is no microphone: `code` is one of the codes of livetoken.js. */
class MicrophoneError extends Error {
  constructor(code, cause) {
    super(code, { cause });
    this.code = code;
  }
}

/** Hears the visitor: hands on chunks of 16 kHz, 16-bit, mono PCM. */
export class Microphone {
  #context;
  #analyser;
  #stream;

  constructor() {
    if (!globalThis.isSecureContext) throw new MicrophoneError('insecure_context');
    if (!navigator.mediaDevices) throw new MicrophoneError('microphone_missing');
    this.#context = new AudioContext(); // at the device's own rate: the worklet resamples
    this.#context.resume();
    this.#analyser = this.#context.createAnalyser();
  }

  async open(constraints, { onchunk, onlost }) {
    const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, ...constraints };
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({ audio });
    } catch (cause) {
      this.close();
      const refusal = /NotAllowed|Security/.test(cause.name) ? 'denied' : /NotReadable|Abort/.test(cause.name) ? 'busy' : 'missing';
      throw new MicrophoneError(`microphone_${refusal}`, cause);
    }
    if (this.#context.state === 'closed') return this.close(); // the session ended while the visitor was asked
    try {
      // A file of its own: a strict policy allows no blob: worklet.
      await this.#context.audioWorklet.addModule(new URL('./livetoken-worklet.js', import.meta.url));
      const worklet = new AudioWorkletNode(this.#context, 'livetoken-microphone', { numberOfOutputs: 0 });
      worklet.port.onmessage = ({ data }) => onchunk(data);
      this.#context.createMediaStreamSource(this.#stream).connect(this.#analyser).connect(worklet);
    } catch (cause) {
      this.close();
      throw new MicrophoneError('audio_failed', cause);
    }
    for (const track of this.#stream.getTracks()) track.onended = onlost;
  }

  /** Off, the browser's own microphone sign shows it too. */
  set enabled(enabled) {
    for (const track of this.#stream?.getTracks() ?? []) track.enabled = enabled;
  }

  get level() {
    return rootMeanSquare(this.#analyser);
  }

  close() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    if (this.#context.state !== 'closed') this.#context.close();
  }
}
