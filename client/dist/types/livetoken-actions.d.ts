export class Actions {
    /** @param {import('./extras.js').Host} host */
    constructor(host: import("./extras.js").Host);
    render(): void;
    #private;
}
