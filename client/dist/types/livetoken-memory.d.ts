export class Memory {
    /** @param {import('./extras.js').Host} host */
    constructor(host: import("./extras.js").Host);
    news: PageNews;
    /** The conversation will be there on the next page. */
    get active(): boolean;
    /** Take over what the former page of this tab has left. */
    claim(): Promise<void>;
    /** The element is back, or on another page of a site that changes without a load. */
    connect(): void;
    /** There is a conversation to go on with. */
    get resumable(): boolean;
    /** @returns {import('./dialogue.js').Resumption | undefined} */
    get resumption(): import("./dialogue.js").Resumption | undefined;
    /** @param {import('./view.js').Look} look */
    render({ running, words }: import("./view.js").Look): void;
    /** The page is left: the connection ends, and what was said stays for the next page. */
    leave(): void;
    /** The visitor has ended the conversation. */
    forget(): void;
    #private;
}
import { PageNews } from './pagenews.js';
