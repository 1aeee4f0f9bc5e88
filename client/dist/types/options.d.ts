export type ConversationOptions = {
    /**
     * share tokens fetched ahead; the request fields are then those of `tokens`
     */
    tokens?: import("./tokens.js").Tokens | undefined;
    functions?: Record<string, import("./tools.js").PageFunction> | undefined;
    /**
     * the prompt file disables voice activity detection: startTalking() and stopTalking() mark what is said
     */
    pushToTalk?: boolean | undefined;
    /**
     * 0 to 1
     */
    volume?: number | undefined;
    /**
     * false: the function is not told what the conversation used
     */
    usageReports?: boolean | undefined;
    /**
     * answers are written and not played
     */
    silent?: boolean | undefined;
    /**
     * goes on with an earlier session of this visitor
     */
    resumption?: import("./dialogue.js").Resumption | undefined;
    /**
     * what the page tools need to know of the page
     */
    site?: import("./pagetools.js").Site | undefined;
    /**
     * fields of BidiGenerateContentSetup that the prompt file leaves open
     */
    setup?: Record<string, unknown> | undefined;
};
export type SessionOptions = ConversationOptions & (import("./tokens.js").TokenOptions | {
    tokens: import("./tokens.js").Tokens;
});
