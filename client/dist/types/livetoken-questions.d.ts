export class Questions {
    /** @param {import('./extras.js').Host} host */
    constructor(host: import("./extras.js").Host);
    /** @param {import('./view.js').Look} look */
    render({ asksConsent, waiting }: import("./view.js").Look): void;
    #private;
}
