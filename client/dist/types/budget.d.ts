export class Budget {
    /**
     * @param {import('./session.js').Session} session
     * @param {() => number | undefined} minutes known when the session is ready; undefined: as long as its tokens live
     */
    constructor(session: import("./session.js").Session, minutes: () => number | undefined);
    #private;
}
