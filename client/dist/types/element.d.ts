/**
 * A voice assistant for any page: voice, text and transcript.
 *
 * @tagname live-voice
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
    /** End the conversation, and forget it. */
    stop(): void;
    /** Say something in writing; starts a conversation if there is none. @param {string} text */
    say(text: string): undefined;
    #private;
}
export type LiveVoiceState = "ready" | "asking" | "listening" | "speaking" | "muted" | "reconnecting" | "failed";
import { Tag } from './tag.js';
import { Session } from './session.js';
