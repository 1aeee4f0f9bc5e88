/** Asks the function for tokens. Holds at most one that is unused, with at most one request in flight. */
export class Tokens {
    /** @param {TokenOptions} options */
    constructor(options: TokenOptions);
    /** Let the function start while the visitor reads; a token that is asked for meanwhile waits until it has. Never fails. */
    warmUp(): void;
    /**
     * Fetch a token ahead. An unused token costs nothing; there is one at most, however often the page changes meanwhile.
     * @returns {Promise<TokenAnswer>}
     */
    prefetch(): Promise<TokenAnswer>;
    /**
     * A token for one connection. With a resumption handle it goes on with an earlier session.
     * @param {string | null} [resumptionHandle]
     * @returns {Promise<TokenAnswer>}
     */
    take(resumptionHandle?: string | null): Promise<TokenAnswer>;
    /** Where they come from, and what the page says of its visitor there. */
    get source(): {
        endpoint: string;
        headers: RequestHeaders | (() => RequestHeaders | Promise<RequestHeaders>) | undefined;
    };
    #private;
}
/**
 * A value, or a function that is called for each request.
 */
export type Field = string | null | undefined | (() => string | null | undefined);
export type Sections = import("./sections.js").PageSection[] | undefined;
export type RequestHeaders = Record<string, string>;
/**
 * What the function answers.
 */
export type TokenAnswer = {
    token: string;
    expiresAt: string;
    newSessionExpiresAt: string;
    model: string;
    voice: string;
    prompt: string;
    /**
     * another text of the prompt file has another
     */
    promptVersion: string;
    /**
     * stands in the function's log
     */
    requestId: string;
    /**
     * how long a conversation should be
     */
    budget?: {
        minutes: number;
    } | undefined;
    apiVersion: "v1alpha" | "v1beta";
    websocketUrl: string;
};
export type TokenOptions = {
    /**
     * the address of the livetoken function
     */
    endpoint: string;
    /**
     * name of a prompt file
     */
    prompt?: Field;
    /**
     * one of those that the prompt file allows
     */
    model?: Field;
    /**
     * one of those that the prompt file allows
     */
    voice?: Field;
    /**
     * BCP-47, such as 'es' or 'pt-BR'
     */
    lang?: Field;
    pageTitle?: Field;
    /**
     * an address of the calling site
     */
    pageUrl?: Field;
    /**
     * at most 12 000 characters
     */
    pageContent?: Field;
    /**
     * at most 50 headings, so that the model can show them
     */
    pageSections?: Sections | (() => Sections);
    /**
     * for a function that verifies its callers
     */
    headers?: RequestHeaders | (() => RequestHeaders | Promise<RequestHeaders>) | undefined;
    /**
     * milliseconds to wait for a token; 16000
     */
    timeout?: number | undefined;
};
