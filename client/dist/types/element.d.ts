/**
 * A voice assistant for any page: voice, text and transcript.
 *
 * @tagname live-voice
 *
 * @fires {CustomEvent} live-voice-ready - `{ contextKept }`
 * @fires {CustomEvent} live-voice-state - `{ state }`
 * @fires {CustomEvent} live-voice-transcript - `{ id, role, text, final, before }`
 * @fires {CustomEvent} live-voice-turn - the model's turn is over
 * @fires {CustomEvent} live-voice-interrupted - the visitor interrupted; the sound has stopped
 * @fires {CustomEvent} live-voice-toolcall - `{ id, name, args }`
 * @fires {CustomEvent} live-voice-usage - Gemini's `usageMetadata`
 * @fires {CustomEvent} live-voice-budget - `{ secondsLeft }`: 60, then 0
 * @fires {CustomEvent} live-voice-mute - `{ muted }`
 * @fires {CustomEvent} live-voice-microphone - `{ on, silent }`
 * @fires {CustomEvent} live-voice-reconnected - `{ contextKept }`
 * @fires {CustomEvent} live-voice-error - `{ error, fatal }`
 *
 * @slot consent - what a visitor must agree to before anything is sent
 */
export class LiveVoice extends Tag {
    static observedAttributes: string[];
    /** The functions of the page that the model may call. @type {Record<string, import('./tools.js').PageFunction>} */
    functions: Record<string, import("./tools.js").PageFunction>;
    /** Words in place of the dictionary's. @type {import('./words.js').Words} */
    words: import("./words.js").Words;
    /** Request headers for a function that verifies its callers. @type {import('./tokens.js').TokenOptions['headers']} */
    headers: import("./tokens.js").TokenOptions["headers"];
    /** Moving it within the page changes nothing. */
    connectedMoveCallback(): void;
    connectedCallback(): void;
    disconnectedCallback(): void;
    attributeChangedCallback(): void;
    /** The conversation, or null. @type {Session | null} */
    get session(): Session | null;
    /** @type {LiveVoiceState} */
    get state(): LiveVoiceState;
    /**
     * Call it inside a click. Without `voice` the microphone is not asked for.
     * @param {{ voice?: boolean }} [options]
     */
    start({ voice }?: {
        voice?: boolean;
    }): Promise<void>;
    stop(): void;
    /** Say something in writing; starts a conversation if there is none. @param {string} text */
    say(text: string): void;
    #private;
}
export type LiveVoiceState = "ready" | "asking" | "listening" | "speaking" | "muted" | "reconnecting" | "failed";
import { Tag } from './tag.js';
import { Session } from './session.js';
