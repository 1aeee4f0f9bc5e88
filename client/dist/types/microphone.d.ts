/** Hears the visitor: hands on chunks of 16 kHz, 16-bit, mono PCM. */
export class Microphone {
    /**
     * Rejects with a LiveError.
     * @param {MediaTrackConstraints | undefined} constraints
     * @param {{ onchunk(pcm: ArrayBuffer): void, onsound(): void, onvoice(): void, onlost(): void }} listeners
     */
    open(constraints: MediaTrackConstraints | undefined, { onchunk, onsound, onvoice, onlost }: {
        onchunk(pcm: ArrayBuffer): void;
        onsound(): void;
        onvoice(): void;
        onlost(): void;
    }): Promise<void>;
    /** Off, the browser's own microphone sign shows it too. @param {boolean} enabled */
    set enabled(enabled: boolean);
    isUnplugged(): Promise<boolean>;
    get level(): number;
    close(): void;
    #private;
}
