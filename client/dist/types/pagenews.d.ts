export class PageNews {
    /** @param {import('./extras.js').Host['page']} page */
    constructor(page: import("./extras.js").Host["page"]);
    /** The address that the model was told last. */
    told: string;
    /** The model knows the page, unless its text is still that of another one. */
    tell(): void;
    /** Whether there is something to tell. */
    get there(): boolean;
    /** For how many seconds the page has been there. */
    get seconds(): number;
    /** What it does not know yet; empty where it knows all. */
    get note(): string;
    /** The way back changes the address at once; a framework may have to fetch the page first. */
    seeGoing(): void;
    /** Whether a framework has changed the address and not yet the page; Turbo says so itself. */
    get changing(): boolean;
    #private;
}
