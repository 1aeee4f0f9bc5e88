export class Questions {
    /** @param {import('./extras.js').Host} host */
    constructor(host: import("./extras.js").Host);
    /**
     * @param {import('./view.js').Look} look
     * @param {unknown} answered the function's
     */
    render({ words, asksConsent, waiting }: import("./view.js").Look, answered: unknown): void;
    #private;
}
