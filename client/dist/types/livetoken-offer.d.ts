export class Offer {
    /**
     * @param {import('./extras.js').Host} host
     * @param {boolean} remembers the conversation will be there on the next page
     */
    constructor(host: import("./extras.js").Host, remembers: boolean);
    /**
     * @param {URL} address
     * @param {AbortSignal} signal
     * @returns {Promise<{ opened: boolean, offered?: true, reason?: string }>}
     */
    show(address: URL, signal: AbortSignal): Promise<{
        opened: boolean;
        offered?: true;
        reason?: string;
    }>;
    #private;
}
