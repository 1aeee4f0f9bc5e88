/**
 * @typedef {object} ChannelOptions
 * @property {import('./tokens.js').Tokens} tokens
 * @property {Promise<unknown>} prepared before the first message comes
 * @property {Record<string, unknown>} [setup]
 * @property {import('./replay.js').Replay} replay
 * @property {() => boolean} settled nothing would be lost by changing the connection now
 * @property {(message: any, from: Connection) => void} onmessage
 * @property {() => void} onchange another connection takes over, before anything is sent on it
 * @property {(first: boolean, contextKept: boolean) => void} onopen
 * @property {() => void} onreconnecting
 * @property {(error: LiveError) => void} onfail
 */
export class Channel {
    /** @param {ChannelOptions} options */
    constructor(options: ChannelOptions);
    /** The connection in use. @type {Connection | null} */
    connection: Connection | null;
    closed: boolean;
    /**
     * A token, a socket, a setup; then everything that waited is sent.
     * @param {import('./tokens.js').TokenAnswer | null} [ahead] a token for the session's handle that is here already
     */
    open(ahead?: import("./tokens.js").TokenAnswer | null): Promise<void>;
    close(): void;
    /**
     * Send a frame, or keep it until it can be sent. `onsent()` is called when it really goes.
     * @param {object} frame
     * @param {() => void} [onsent]
     */
    send(frame: object, onsent?: () => void): void;
    /**
     * Send a frame that would be of no use later.
     * @param {object} frame
     */
    sendNow(frame: object): void;
    #private;
}
export type ChannelOptions = {
    tokens: import("./tokens.js").Tokens;
    /**
     * before the first message comes
     */
    prepared: Promise<unknown>;
    setup?: Record<string, unknown> | undefined;
    replay: import("./replay.js").Replay;
    /**
     * nothing would be lost by changing the connection now
     */
    settled: () => boolean;
    onmessage: (message: any, from: Connection) => void;
    /**
     * another connection takes over, before anything is sent on it
     */
    onchange: () => void;
    onopen: (first: boolean, contextKept: boolean) => void;
    onreconnecting: () => void;
    onfail: (error: LiveError) => void;
};
import { Connection } from './connection.js';
import { LiveError } from './errors.js';
