/** Plays speech: chunks arrive faster than they sound, and follow each other without a gap. */
export class Speaker {
    /**
     * @param {() => void} onchange is called when sound begins and when it ends
     * @param {() => void} [onwaiting] is called when speech has waited for too long to be heard
     */
    constructor(onchange: () => void, onwaiting?: () => void);
    onchange: () => void;
    onwaiting: () => void;
    get outputNode(): GainNode;
    get playing(): boolean;
    get level(): number;
    set volume(volume: number);
    get volume(): number;
    /**
     * Queue 16-bit little-endian PCM.
     * @param {Uint8Array} bytes
     * @param {number} [rate] hertz
     */
    play(bytes: Uint8Array, rate?: number): void;
    /** Silence at once, and forget what was queued. */
    stop(): void;
    close(): void;
    #private;
}
