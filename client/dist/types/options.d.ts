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
     * fields of BidiGenerateContentSetup that the prompt file leaves open
     */
    setup?: Record<string, unknown> | undefined;
};
export type SessionOptions = ConversationOptions & (import("./tokens.js").TokenOptions | {
    tokens: import("./tokens.js").Tokens;
});
