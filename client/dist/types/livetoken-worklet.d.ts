/**
 * Kaiser's window, about 80 dB down beside the passband.
 * @param {number} x from -1 to 1
 * @param {number} [beta]
 */
declare function kaiser(x: number, beta?: number): number;
/** The modified Bessel function of order zero, by its series. @param {number} x */
declare function bessel(x: number): number;
/** @param {Float32Array[]} channels */
declare function mono(channels: Float32Array[]): Float32Array<ArrayBufferLike>;
declare const AudioWorkletProcessor: any;
declare const registerProcessor: any;
declare const sampleRate: any;
declare const OUTPUT_RATE: 16000;
declare const CHUNK_SAMPLES: 512;
declare const ZERO_CROSSINGS: 32;
declare const PHASES: 320;
declare const PASSBAND: 0.92;
/**
 * A polyphase windowed-sinc resampler. Without its low-pass, everything above 8 kHz (hiss, sibilants) would fold down
 * into the speech.
 */
declare class Resampler {
    /** @param {number} inputRate hertz */
    constructor(inputRate: number);
    /**
     * Calls `output` with each new sample.
     * @param {Float32Array} samples
     * @param {(sample: number) => void} output
     */
    push(samples: Float32Array, output: (sample: number) => void): void;
    #private;
}
declare const MicrophoneProcessor_base: any;
declare class MicrophoneProcessor extends MicrophoneProcessor_base {
    [x: string]: any;
    /** @param {Float32Array[][]} inputs */
    process([channels]: Float32Array[][]): boolean;
    #private;
}
