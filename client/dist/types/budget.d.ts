export class Budget {
    /**
     * @param {import('./session.js').Session} session
     * @param {() => number | undefined} minutes known when the session is ready; undefined: as long as its tokens live
     * @param {number} [earlier] milliseconds that it took on other pages
     */
    constructor(session: import("./session.js").Session, minutes: () => number | undefined, earlier?: number);
    /** What the conversation has taken so far. */
    get milliseconds(): number;
    #private;
}
