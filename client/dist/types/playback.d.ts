export class Playback {
    /**
     * @param {{ volume?: number, silent?: boolean }} options
     * @param {{ onchange(): void, onerror(error: LiveError): void }} listeners
     */
    constructor({ volume, silent }: {
        volume?: number;
        silent?: boolean;
    }, { onchange, onerror }: {
        onchange(): void;
        onerror(error: LiveError): void;
    });
    /** Call it inside a click, where browsers unlock sound. */
    open(): void;
    close(): void;
    /**
     * @param {Uint8Array} pcm
     * @param {number} [rate] hertz
     */
    play(pcm: Uint8Array, rate?: number): void;
    stop(): void;
    get playing(): boolean;
    get level(): number;
    /** @returns {GainNode | null} */
    get outputNode(): GainNode | null;
    set volume(volume: number);
    /** 0 to 1. @returns {number} */
    get volume(): number;
    set silent(silent: boolean);
    /** Answers are written and not played. @returns {boolean} */
    get silent(): boolean;
    #private;
}
import { LiveError } from './errors.js';
