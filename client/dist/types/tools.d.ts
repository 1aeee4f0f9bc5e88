/**
 * @typedef {object} ToolCall
 * @property {string} id
 * @property {string} name
 * @property {Record<string, unknown>} args
 */
/**
 * A function of the page that the model may call. What it returns, or throws, is what the model hears.
 * @typedef {(args: any, context: { signal: AbortSignal }) => unknown} PageFunction
 */
/** @typedef {Record<string, unknown>} ToolResponse */
export class Tools {
    /**
     * @param {Record<string, PageFunction>} functions
     * @param {(call: ToolCall) => boolean} announce returns false when the page wants to answer by itself
     * @param {import('./pagetools.js').Site} [site]
     */
    constructor(functions: Record<string, PageFunction>, announce: (call: ToolCall) => boolean, site?: import("./pagetools.js").Site);
    announce: (call: ToolCall) => boolean;
    get busy(): boolean;
    /**
     * Resolves with the response for the model; with undefined when the call was cancelled.
     * @param {{ id: string, name: string, args?: Record<string, unknown> }} call
     */
    call({ id, name, args }: {
        id: string;
        name: string;
        args?: Record<string, unknown>;
    }): Promise<ToolResponse | undefined>;
    /**
     * Answer by hand.
     * @param {string} id
     * @param {unknown} value
     */
    answer(id: string, value: unknown): void;
    /** @param {string[]} ids */
    cancel(ids: string[]): void;
    /** The answer is complete: the same call is a new wish from now on. */
    answerComplete(): void;
    connectionLost(): void;
    #private;
}
export type ToolCall = {
    id: string;
    name: string;
    args: Record<string, unknown>;
};
/**
 * A function of the page that the model may call. What it returns, or throws, is what the model hears.
 */
export type PageFunction = (args: any, context: {
    signal: AbortSignal;
}) => unknown;
export type ToolResponse = Record<string, unknown>;
