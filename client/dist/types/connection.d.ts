/** Frames, and the close, are handed on in the order in which they came. */
export class Connection {
    /**
     * @param {import('./tokens.js').TokenAnswer} answer
     * @param {Record<string, unknown> | undefined} setup
     * @param {{ onmessage(message: any, from: Connection): void, onclose(error: LiveError, from: Connection): void }} listeners
     */
    constructor(answer: import("./tokens.js").TokenAnswer, setup: Record<string, unknown> | undefined, { onmessage, onclose }: {
        onmessage(message: any, from: Connection): void;
        onclose(error: LiveError, from: Connection): void;
    });
    ready: boolean;
    closed: boolean;
    /** On the clock of performance.now(). @type {number | undefined} */
    endedAt: number | undefined;
    /** What the function answered. */
    answer: import("./tokens.js").TokenAnswer;
    /** Resolves once Gemini has accepted the setup. @type {Promise<void>} */
    opened: Promise<void>;
    get writable(): boolean;
    /** @param {object} frame */
    send(frame: object): void;
    close(): void;
    #private;
}
import { LiveError } from './errors.js';
