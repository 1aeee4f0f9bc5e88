export function loadAccount(): Promise<void | typeof import("./livetoken-usage.js")>;
export class Account {
    /**
     * @param {import('./session.js').Session} session
     * @param {() => import('./connection.js').Connection | null} connection the one in use
     * @param {import('./tokens.js').Tokens | null} told whose function is told; null where none is
     * @param {{ counted?: import('./usage.js').Counted }} [earlier] what this goes on with
     */
    constructor(session: import("./session.js").Session, connection: () => import("./connection.js").Connection | null, told: import("./tokens.js").Tokens | null, earlier?: {
        counted?: import("./usage.js").Counted;
    });
    /** Resolves when all is counted; a conversation does not wait longer for it. @type {Promise<unknown>} */
    ready: Promise<unknown>;
    /** For the page that goes on with it. */
    get counted(): import("./usage.js").Counted | undefined;
    /**
     * @param {number} id of a transcript entry
     * @param {'up' | 'down' | null} thumb
     */
    rate(id: number, thumb: "up" | "down" | null): void;
    /** @param {import('./tally.js').Ending} ended */
    end(ended: import("./tally.js").Ending): void;
    #private;
}
