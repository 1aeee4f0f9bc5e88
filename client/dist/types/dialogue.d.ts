/**
 * @typedef {object} DialogueListeners
 * @property {(entry: import('./transcript.js').TranscriptEntry) => void} ontranscript
 * @property {(pcm: Uint8Array, rate?: number) => void} onaudio
 * @property {() => void} oninterrupted
 * @property {() => void} onanswered the model has said all it will say to what was asked
 * @property {() => void} onturn the model's turn is over
 */
/**
 * What a later session needs to go on with this one: the handle, what was said, and the turns that the handle does not hold.
 * @typedef {object} Resumption
 * @property {string | null} handle
 * @property {Array<Pick<import('./transcript.js').TranscriptEntry, 'role' | 'text'>>} entries
 * @property {import('./replay.js').Remembered[]} turns
 * @property {import('./usage.js').Counted} [counted] its time and its number in reports, which go on
 */
export class Dialogue {
    /** @param {DialogueListeners} listeners */
    constructor(listeners: DialogueListeners);
    replay: Replay;
    get entries(): import("./transcript.js").TranscriptEntry[];
    /** @returns {Resumption} */
    get resumption(): Resumption;
    /** Go on with an earlier session. @param {Resumption} resumption */
    resume({ handle, entries, turns }: Resumption): void;
    /**
     * The frame that asks something in writing, and what to call when it has gone.
     * @param {string} text
     * @returns {[frame: object, onsent: () => void]}
     */
    ask(text: string): [frame: object, onsent: () => void];
    /**
     * The frame that puts turns into the conversation, and what to call when it has gone.
     * @param {string | import('./replay.js').Content | import('./replay.js').Content[]} turns
     * @param {boolean} turnComplete
     * @returns {[frame: object, onsent: () => void]}
     */
    put(turns: string | import("./replay.js").Content | import("./replay.js").Content[], turnComplete: boolean): [frame: object, onsent: () => void];
    /**
     * Take in Gemini's `serverContent`.
     * @param {Record<string, any>} content
     */
    receive({ inputTranscription, outputTranscription, modelTurn, interrupted, generationComplete, turnComplete }: Record<string, any>): void;
    /** Nobody will finish what the former connection had begun. */
    changeConnection(): void;
    #private;
}
export type DialogueListeners = {
    ontranscript: (entry: import("./transcript.js").TranscriptEntry) => void;
    onaudio: (pcm: Uint8Array, rate?: number) => void;
    oninterrupted: () => void;
    /**
     * the model has said all it will say to what was asked
     */
    onanswered: () => void;
    /**
     * the model's turn is over
     */
    onturn: () => void;
};
/**
 * What a later session needs to go on with this one: the handle, what was said, and the turns that the handle does not hold.
 */
export type Resumption = {
    handle: string | null;
    entries: Array<Pick<import("./transcript.js").TranscriptEntry, "role" | "text">>;
    turns: import("./replay.js").Remembered[];
    /**
     * its time and its number in reports, which go on
     */
    counted?: import("./usage.js").Counted | undefined;
};
import { Replay } from './replay.js';
