/**
 * The microphone's half of livetoken.js that runs on the audio thread.
 * Turns what the device gives, at whatever rate, into chunks of 16 kHz, 16-bit, mono PCM.
 * Licence: Apache-2.0
 */

// What the audio thread has and a page has not
const { AudioWorkletProcessor, registerProcessor, sampleRate } = /** @type {any} */ (globalThis);

const OUTPUT_RATE = 16000; // hertz, what Gemini hears
const CHUNK_SAMPLES = 512; // 32 ms
const ZERO_CROSSINGS = 32; // of the filter, on each side: the longer, the steeper
const PHASES = 320; // positions between two input samples: exact for 48, 44.1, 32, 22.05, 16 and 8 kHz
const PASSBAND = 0.92; // of the lower Nyquist frequency; the rest is the filter's slope

/**
 * Kaiser's window, about 80 dB down beside the passband.
 * @param {number} x from -1 to 1
 * @param {number} [beta]
 */
function kaiser(x, beta = 8) {
  return x * x < 1 ? bessel(beta * Math.sqrt(1 - x * x)) / bessel(beta) : 0;
}

/** The modified Bessel function of order zero, by its series. @param {number} x */
function bessel(x) {
  let sum = 1;
  for (let k = 1, term = 1; term > 1e-12 * sum; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

/**
 * A polyphase windowed-sinc resampler. Without its low-pass, everything above 8 kHz (hiss, sibilants) would fold down
 * into the speech.
 */
class Resampler {
  #step; // input samples for one output sample
  #half; // input samples on each side that the filter covers
  /** @type {Float32Array[]} */
  #filters = []; // one for each phase, worked out when first needed
  #cutoff; // 1 is the input's Nyquist frequency
  #input; // samples still needed
  #position; // of the next output sample within #input

  /** @param {number} inputRate hertz */
  constructor(inputRate) {
    this.#step = inputRate / OUTPUT_RATE;
    this.#cutoff = PASSBAND * Math.min(1, OUTPUT_RATE / inputRate);
    this.#half = Math.ceil(ZERO_CROSSINGS / this.#cutoff);
    // Silence comes first, so that the first sample has a left side.
    this.#input = new Float32Array(this.#half);
    this.#position = this.#half;
  }

  /** @param {number} phase */
  #filter(phase) {
    const taps = Float32Array.from({ length: 2 * this.#half }, (_, i) => {
      const distance = i + 1 - this.#half - phase / PHASES;
      const x = Math.PI * this.#cutoff * distance;
      return (x ? Math.sin(x) / x : 1) * kaiser(distance / this.#half);
    });
    const sum = taps.reduce((total, tap) => total + tap, 0);
    return taps.map((tap) => tap / sum); // each phase passes a constant unchanged
  }

  /**
   * Calls `output` with each new sample.
   * @param {Float32Array} samples
   * @param {(sample: number) => void} output
   */
  push(samples, output) {
    const input = new Float32Array(this.#input.length + samples.length);
    input.set(this.#input);
    input.set(samples, this.#input.length);
    for (; Math.floor(this.#position) + this.#half < input.length; this.#position += this.#step) {
      const whole = Math.floor(this.#position);
      const phase = Math.round((this.#position - whole) * PHASES);
      const filter = (this.#filters[phase] ??= this.#filter(phase));
      const first = whole + 1 - this.#half;
      let sum = 0;
      for (let i = 0; i < filter.length; i++) sum += filter[i] * input[first + i];
      output(sum);
    }
    const used = Math.floor(this.#position) + 1 - this.#half;
    this.#input = input.slice(used);
    this.#position -= used;
  }
}

class MicrophoneProcessor extends AudioWorkletProcessor {
  #resampler = new Resampler(sampleRate);
  #chunk = new Int16Array(CHUNK_SAMPLES);
  #length = 0;

  /** @param {Float32Array[][]} inputs */
  process([channels]) {
    if (channels.length) this.#resampler.push(mono(channels), (sample) => this.#write(sample));
    return true;
  }

  /** @param {number} sample */
  #write(sample) {
    this.#chunk[this.#length++] = Math.max(-32768, Math.min(32767, Math.round(sample * 32768)));
    if (this.#length < CHUNK_SAMPLES) return;
    this.port.postMessage(this.#chunk.buffer, [this.#chunk.buffer]);
    this.#chunk = new Int16Array(CHUNK_SAMPLES);
    this.#length = 0;
  }
}

/** @param {Float32Array[]} channels */
function mono(channels) {
  return channels.length === 1
    ? channels[0]
    : channels[0].map((_, i) => channels.reduce((sum, channel) => sum + channel[i], 0) / channels.length);
}

registerProcessor('livetoken-microphone', MicrophoneProcessor);
