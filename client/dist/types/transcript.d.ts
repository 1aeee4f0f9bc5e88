/** Who said what. Licence: Apache-2.0 */
/**
 * @typedef {object} TranscriptEntry
 * @property {number} id
 * @property {'user' | 'model'} role
 * @property {string} text all of it so far
 * @property {boolean} final
 * @property {number} [before] the id of the entry that it belongs in front of, where it was transcribed late
 */
export class Transcript {
    /** @param {(entry: TranscriptEntry) => void} onchange */
    constructor(onchange: (entry: TranscriptEntry) => void);
    /** @type {TranscriptEntry[]} */
    entries: TranscriptEntry[];
    onchange: (entry: TranscriptEntry) => void;
    /**
     * Append a fragment to the open entry of the role. Returns the entry if this fragment opened it.
     * @param {'user' | 'model'} role
     * @param {string} fragment
     */
    add(role: "user" | "model", fragment: string): {
        before: number;
        /**
         * all of it so far
         */
        text: string;
        role: "user" | "model";
        final: boolean;
        id: number;
    } | null;
    /**
     * A whole entry at the end.
     * @param {'user' | 'model'} role
     * @param {string} text
     */
    say(role: "user" | "model", text: string): {
        before: number;
        /**
         * all of it so far
         */
        text: string;
        role: "user" | "model";
        final: boolean;
        id: number;
    };
    /**
     * An entry of an earlier page, of which nobody need be told.
     * @param {'user' | 'model'} role
     * @param {string} text
     * @returns {TranscriptEntry}
     */
    restored(role: "user" | "model", text: string): TranscriptEntry;
    /** @param {'user' | 'model'} role */
    finish(role: "user" | "model"): void;
    #private;
}
export type TranscriptEntry = {
    id: number;
    role: "user" | "model";
    /**
     * all of it so far
     */
    text: string;
    final: boolean;
    /**
     * the id of the entry that it belongs in front of, where it was transcribed late
     */
    before?: number | undefined;
};
