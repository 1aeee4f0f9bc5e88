export class Usage {
    /**
     * @param {import('./session.js').Session} session
     * @param {() => import('./connection.js').Connection | null} connection the one in use
     * @param {(report: object) => void} send
     * @param {string} [conversation] the one that goes on
     */
    constructor(session: import("./session.js").Session, connection: () => import("./connection.js").Connection | null, send: (report: object) => void, conversation?: string);
    /** `requestId` of the conversation's first token. @type {string | undefined} */
    conversation: string | undefined;
    /**
     * @param {number} id of a transcript entry
     * @param {'up' | 'down' | null} thumb null takes it back
     */
    rate(id: number, thumb: "up" | "down" | null): void;
    /** @param {import('./tally.js').Ending} ended */
    end(ended: import("./tally.js").Ending): void;
    #private;
}
