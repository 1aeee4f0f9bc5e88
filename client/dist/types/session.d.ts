declare const Session_base: new () => {
    addEventListener: import("./events.js").Listen;
    removeEventListener: import("./events.js").Listen;
} & EventTarget;
/** A conversation with Gemini. */
export class Session extends Session_base {
    /** @param {import('./options.js').SessionOptions} options */
    constructor(options: import("./options.js").SessionOptions);
    /** Call it inside a click, where browsers unlock sound. Resolves when Gemini is ready; rejects with a LiveError. */
    open(): Promise<this>;
    /** @param {import('./tally.js').Ending} [ended] for the report of what it used */
    close(ended?: import("./tally.js").Ending): void;
    /** @returns {import('./events.js').State} */
    get state(): import("./events.js").State;
    /** Loudness for a meter, 0 to 1. @returns {{ input: number, output: number }} */
    get levels(): {
        input: number;
        output: number;
    };
    /** What everything spoken passes through; null before open() and after close(). @returns {GainNode | null} */
    get outputNode(): GainNode | null;
    /** What was said so far. @returns {import('./transcript.js').TranscriptEntry[]} */
    get transcript(): import("./transcript.js").TranscriptEntry[];
    /** What another session needs to go on with this one. @returns {import('./dialogue.js').Resumption} */
    get resumption(): import("./dialogue.js").Resumption;
    /**
     * Answer a tool call whose event was prevented, with whatever JSON can hold.
     * @param {string} id
     * @param {unknown} response
     */
    answerTool(id: string, response: unknown): void;
    /** The visitor's thumb for a transcript entry; null takes it back. @param {number} id @param {'up' | 'down' | null} thumb */
    rate(id: number, thumb: "up" | "down" | null): void;
    /** Say something in writing. @param {string} text */
    sendText(text: string): void;
    /**
     * Put turns into the conversation. With turnComplete false Gemini only takes note.
     * @param {string | import('./replay.js').Content | import('./replay.js').Content[]} turns
     * @param {{ turnComplete?: boolean }} [options]
     */
    sendTurns(turns: string | import("./replay.js").Content | import("./replay.js").Content[], { turnComplete }?: {
        turnComplete?: boolean;
    }): void;
    /** Show a picture that the browser can read. @param {Blob} picture */
    sendImage(picture: Blob): Promise<void>;
    /** Show the camera or the screen, one frame a second. Resolves with the stream, for a preview. @param {'camera' | 'screen'} [kind] */
    startVideo(kind?: "camera" | "screen"): Promise<MediaStream>;
    stopVideo(): void;
    /** Rejects with a LiveError; typing works without. @param {MediaTrackConstraints} [constraints] */
    startMicrophone(constraints?: MediaTrackConstraints): Promise<void>;
    stopMicrophone(): void;
    /** The microphone is open; it may be muted. @returns {boolean} */
    get microphoneOn(): boolean;
    /** Nothing at all comes from the microphone: it may be switched off. @returns {boolean} */
    get microphoneSilent(): boolean;
    set muted(muted: boolean);
    /** @returns {boolean} */
    get muted(): boolean;
    /** Push-to-talk: the visitor begins to speak … */
    startTalking(): void;
    /** … and has finished. */
    stopTalking(): void;
    set volume(volume: number);
    /** 0 to 1. @returns {number} */
    get volume(): number;
    set silent(silent: boolean);
    /** Answers are written and not played; Gemini bills them as spoken all the same. @returns {boolean} */
    get silent(): boolean;
    #private;
}
export {};
