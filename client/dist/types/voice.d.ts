export class Voice {
    /** @param {{ pushToTalk: boolean, send: (realtimeInput: object) => void, onlost: (error: LiveError) => void }} options */
    constructor({ pushToTalk, send, onlost }: {
        pushToTalk: boolean;
        send: (realtimeInput: object) => void;
        onlost: (error: LiveError) => void;
    });
    /**
     * Rejects with a LiveError.
     * @param {MediaTrackConstraints} [constraints]
     */
    start(constraints?: MediaTrackConstraints): Promise<void>;
    stop(): void;
    close(): void;
    /** The microphone is open; it may be muted. */
    get on(): boolean;
    /** Loudness, 0 to 1. */
    get level(): number;
    /** The visitor says nothing, and Gemini had time to notice. */
    get quiet(): boolean;
    set muted(muted: boolean);
    get muted(): boolean;
    /** @param {boolean} talking */
    set talking(talking: boolean);
    #private;
}
import { LiveError } from './errors.js';
