/**
 * @typedef {object} Look
 * @property {import('./words.js').Dictionary} words
 * @property {'ltr' | 'rtl'} direction
 * @property {string} language
 * @property {import('./element.js').LiveVoiceState} state
 * @property {string} notice in place of the state's own word
 * @property {boolean} running
 * @property {boolean} resumable there is a conversation of an earlier page to go on with
 * @property {boolean} waiting
 * @property {boolean} asksConsent there is something to agree to first
 * @property {boolean} floating
 * @property {boolean} open
 * @property {boolean} pushToTalk
 * @property {boolean} asking for the microphone
 * @property {boolean} microphone
 * @property {boolean} silent nothing comes from the microphone
 * @property {boolean} muted
 */
/** What the visitor sees: the shadow tree, and how a state looks. */
export class View {
    /** @param {ShadowRoot} shadow */
    constructor(shadow: ShadowRoot);
    log: HTMLDivElement;
    status: HTMLParagraphElement;
    intro: HTMLParagraphElement;
    consent: HTMLSlotElement;
    question: HTMLSlotElement;
    told: HTMLParagraphElement;
    consentBox: HTMLDivElement;
    main: HTMLButtonElement;
    hold: HTMLButtonElement;
    voice: HTMLButtonElement;
    mute: HTMLButtonElement;
    volume: HTMLInputElement;
    loudness: HTMLLabelElement;
    input: HTMLInputElement;
    send: HTMLButtonElement;
    form: HTMLFormElement;
    bubble: HTMLButtonElement;
    card: HTMLElement;
    /** Transcript id → what was said. @type {Map<number, HTMLElement>} */
    lines: Map<number, HTMLElement>;
    /**
     * Put the words where they belong, for one state.
     * @param {Look} look
     */
    render({ words, direction, language, state, notice, running, resumable, waiting, asksConsent, floating, open, pushToTalk, asking, microphone, silent, muted }: Look): void;
    /**
     * Show what has become of a transcript entry.
     * @param {import('./transcript.js').TranscriptEntry} entry
     * @param {import('./words.js').Dictionary} words
     */
    write({ id, role, text, final, before }: import("./transcript.js").TranscriptEntry, words: import("./words.js").Dictionary): void;
    /** Show how loud it is. @param {number} level 0 to 1 */
    meter(level: number): void;
    /** @param {string} text */
    note(text: string): void;
    /** Put something at the end of the conversation. @param {Element} element */
    append(element: Element): void;
    /** Before another conversation, or after one that was ended for good. @param {...Node} instead */
    clear(...instead: Node[]): void;
    /** The looks of what is loaded later. @param {string} css */
    addStyles(css: string): void;
    #private;
}
export type Look = {
    words: import("./words.js").Dictionary;
    direction: "ltr" | "rtl";
    language: string;
    state: import("./element.js").LiveVoiceState;
    /**
     * in place of the state's own word
     */
    notice: string;
    running: boolean;
    /**
     * there is a conversation of an earlier page to go on with
     */
    resumable: boolean;
    waiting: boolean;
    /**
     * there is something to agree to first
     */
    asksConsent: boolean;
    floating: boolean;
    open: boolean;
    pushToTalk: boolean;
    /**
     * for the microphone
     */
    asking: boolean;
    microphone: boolean;
    /**
     * nothing comes from the microphone
     */
    silent: boolean;
    muted: boolean;
};
