export class Notice {
    /** @param {() => void} onchange */
    constructor(onchange: () => void);
    text: string;
    waiting: boolean;
    clear(): void;
    /** The conversation was ended. @param {string} text */
    ended(text: string): void;
    /**
     * An error ended it, or a refusal kept it from beginning.
     * @param {string} sentence
     * @param {number} [retryAfter] seconds
     */
    failed(sentence: string, retryAfter?: number): void;
    #private;
}
