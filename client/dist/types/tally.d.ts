export class Tally {
    /**
     * @param {import('./connection.js').Connection} connection the one that the token has opened
     * @param {string} conversation `requestId` of the conversation's first token
     */
    constructor(connection: import("./connection.js").Connection, conversation: string);
    /** @param {any} message of Gemini's */
    receive({ serverContent, usageMetadata: used }: any): void;
    /** @param {string} code */
    fail(code: string): void;
    /**
     * @param {number} id of a transcript entry
     * @param {'up' | 'down' | null} thumb
     */
    rate(id: number, thumb: "up" | "down" | null): void;
    /**
     * The next report (`Usage` in docs/openapi.yaml); null where nothing has happened since the last one.
     * @param {Ending} [ended]
     */
    report(ended?: Ending): {
        sequence: number;
        seconds: number;
        turns: number;
        tokens: {
            in: {};
            out: Record<string, number>;
        };
        reconnects: number;
        errors: string[];
        thumbs: {
            up: number;
            down: number;
        };
        requestId: string;
        conversation: string;
        prompt: string;
        promptVersion: string;
        model: string;
        ended: Ending | undefined;
    } | null;
    #private;
}
/**
 * How it ended; `resumed`: another token goes on.
 */
export type Ending = "closed" | "left" | "idle" | "budget" | "failed" | "resumed";
