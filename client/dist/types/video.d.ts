export class Video {
    /** @param {import('./channel.js').Channel} channel */
    constructor(channel: import("./channel.js").Channel);
    /** @param {Blob} picture */
    show(picture: Blob): Promise<void>;
    /**
     * Resolves with the stream; rejects with a LiveError.
     * @param {'camera' | 'screen'} kind
     */
    start(kind: "camera" | "screen"): Promise<MediaStream>;
    close(): void;
    #private;
}
