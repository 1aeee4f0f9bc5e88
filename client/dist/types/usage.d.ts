export class Usage {
    /**
     * @param {import('./session.js').Session} session
     * @param {() => import('./connection.js').Connection | null} connection the one in use
     * @param {(report: object) => void} send
     */
    constructor(session: import("./session.js").Session, connection: () => import("./connection.js").Connection | null, send: (report: object) => void);
    /**
     * @param {number} id of a transcript entry
     * @param {'up' | 'down' | null} thumb null takes it back
     */
    rate(id: number, thumb: "up" | "down" | null): void;
    /** @param {import('./tally.js').Ending} ended */
    end(ended: import("./tally.js").Ending): void;
    #private;
}
