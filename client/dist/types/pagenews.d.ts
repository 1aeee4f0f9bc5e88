export class PageNews {
    /** @param {import('./extras.js').Host['page']} page */
    constructor(page: import("./extras.js").Host["page"]);
    /** The address that the model was told last. */
    told: string;
    /** The model knows the page, unless its text is still that of another one. */
    tell(): void;
    /** Look at what is open now; return whether the model does not know it yet. */
    look(): boolean;
    /**
     * Whether a note would now cut off an answer: one that is being said, or one that a question waits for, though not for ever.
     * @param {import('./transcript.js').TranscriptEntry | undefined} last
     */
    interrupts(last: import("./transcript.js").TranscriptEntry | undefined): boolean;
    /** What it does not know yet; empty where it knows all. */
    get note(): string;
    /** The way back changes the address at once; a framework may have to fetch the page first. */
    seeGoing(): void;
    /** Whether a framework has changed the address and not yet the page; Turbo says so itself. */
    get changing(): boolean;
    #private;
}
