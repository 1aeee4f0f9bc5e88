/**
 * @typedef {object} VoiceOptions
 * @property {boolean} pushToTalk
 * @property {() => boolean} answering the model is heard; echo cancellation may leave nothing of the microphone's sound
 * @property {(realtimeInput: object) => void} send
 * @property {() => void} onchange the microphone came, went, fell silent or is heard again
 * @property {(error: LiveError) => void} onerror
 */
export class Voice {
    /** @param {VoiceOptions} options */
    constructor(options: VoiceOptions);
    /**
     * Rejects with a LiveError.
     * @param {MediaTrackConstraints} [constraints]
     */
    start(constraints?: MediaTrackConstraints): Promise<void>;
    stop(): void;
    close(): void;
    /** The microphone is open; it may be muted. */
    get on(): boolean;
    /** Nothing at all comes from the microphone. */
    get silent(): boolean;
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
export type VoiceOptions = {
    pushToTalk: boolean;
    /**
     * the model is heard; echo cancellation may leave nothing of the microphone's sound
     */
    answering: () => boolean;
    send: (realtimeInput: object) => void;
    /**
     * the microphone came, went, fell silent or is heard again
     */
    onchange: () => void;
    onerror: (error: LiveError) => void;
};
import { LiveError } from './errors.js';
