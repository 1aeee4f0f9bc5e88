/**
 * What the next page needs to go on counting.
 * @typedef {object} Counted
 * @property {string} [conversation] `requestId` of its first token
 * @property {number} milliseconds that it has taken so far, without what lay between pages
 */
export class Usage {
    /**
     * @param {import('./session.js').Session} session
     * @param {() => import('./connection.js').Connection | null} connection the one in use
     * @param {import('./tokens.js').Tokens | null} told whose function is told; null where none is
     * @param {Partial<Counted>} [counted] on earlier pages
     */
    constructor(session: import("./session.js").Session, connection: () => import("./connection.js").Connection | null, told: import("./tokens.js").Tokens | null, { conversation, milliseconds }?: Partial<Counted>);
    /**
     * @param {number} id of a transcript entry
     * @param {'up' | 'down' | null} thumb null takes it back
     */
    rate(id: number, thumb: "up" | "down" | null): void;
    /** @returns {Counted} */
    get counted(): Counted;
    /** @param {import('./tally.js').Ending} ended */
    end(ended: import("./tally.js").Ending): void;
    #private;
}
/**
 * What the next page needs to go on counting.
 */
export type Counted = {
    /**
     * `requestId` of its first token
     */
    conversation?: string | undefined;
    /**
     * that it has taken so far, without what lay between pages
     */
    milliseconds: number;
};
