export class Extras {
    /** @param {Host} host */
    constructor(host: Host);
    /** Resolves when it is known whether there is a conversation to go on with; null where that is known. @type {Promise<void> | null} */
    pending: Promise<void> | null;
    /** The element stands in a page. */
    connect(): void;
    /** @param {import('./view.js').Look} look */
    render(look: import("./view.js").Look): void;
    /** What a conversation of an earlier page leaves to go on with. @returns {import('./dialogue.js').Resumption | undefined} */
    get resumption(): import("./dialogue.js").Resumption | undefined;
    get resumable(): boolean;
    /** The visitor has ended the conversation. */
    forget(): void;
    /**
     * Shows a link to a page of this site, and goes there where that is allowed.
     * @param {URL} address
     * @param {AbortSignal} signal
     */
    offer(address: URL, signal: AbortSignal): Promise<{
        opened: boolean;
        offered?: true;
        reason?: string;
    }>;
    #private;
}
/**
 * What a part has at hand.
 */
export type Host = {
    element: import("./element.js").LiveVoice;
    view: import("./view.js").View;
    words: () => import("./words.js").Dictionary;
    render: () => void;
    /**
     * a notice within the conversation
     */
    note: (text: string) => void;
    /**
     * what outlives a change of page
     */
    kept: () => Kept;
    restore: (kept: Kept) => void;
    /**
     * what the model may be told of the page
     */
    page: () => {
        address: string;
        title: string;
        text(): string | undefined;
    };
};
export type Kept = {
    open: boolean;
    agreed: boolean;
};
export type Part = {
    render(look: import("./view.js").Look): void;
};
