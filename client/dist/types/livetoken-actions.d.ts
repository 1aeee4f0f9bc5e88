export class Actions {
    /** @param {import('./extras.js').Host} host */
    constructor(host: import("./extras.js").Host);
    /** @param {import('./view.js').Look} look */
    render({ words }: import("./view.js").Look): void;
    #private;
}
