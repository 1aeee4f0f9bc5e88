export class Language {
    /**
     * @param {HTMLElement & { words: import('./words.js').Words }} element
     * @param {() => void} onchange
     */
    constructor(element: HTMLElement & {
        words: import("./words.js").Words;
    }, onchange: () => void);
    /** BCP-47: of the nearest element that has one, in or around the shadow trees; else of the browser. */
    get tag(): string;
    /** Of the words; it may be English for want of others. */
    get spoken(): string;
    get direction(): "ltr" | "rtl";
    /** The words, with those of the page in place of the dictionary's. */
    get words(): {
        errors: {
            internal?: string | undefined;
            paused?: string | undefined;
            timeout?: string | undefined;
            unreachable?: string | undefined;
            unreachable_here?: string | undefined;
            bad_endpoint?: string | undefined;
            headers_failed?: string | undefined;
            page_failed?: string | undefined;
            bad_answer?: string | undefined;
            blocked_by_policy?: string | undefined;
            socket_failed?: string | undefined;
            setup_timeout?: string | undefined;
            setup_rejected?: string | undefined;
            model_unavailable?: string | undefined;
            key_rejected?: string | undefined;
            token_used?: string | undefined;
            token_expired?: string | undefined;
            quota?: string | undefined;
            server_fault?: string | undefined;
            connection_lost?: string | undefined;
            insecure_context?: string | undefined;
            microphone_missing?: string | undefined;
            microphone_denied?: string | undefined;
            microphone_forbidden?: string | undefined;
            microphone_busy?: string | undefined;
            microphone_lost?: string | undefined;
            microphone_silent?: string | undefined;
            audio_waiting?: string | undefined;
            audio_failed?: string | undefined;
            video_failed?: string | undefined;
            invalid_json?: string | undefined;
            invalid_request?: string | undefined;
            caller_not_verified?: string | undefined;
            origin_not_allowed?: string | undefined;
            not_found?: string | undefined;
            method_not_allowed?: string | undefined;
            body_too_large?: string | undefined;
            unsupported_media_type?: string | undefined;
            rate_limited?: string | undefined;
            misconfigured?: string | undefined;
            upstream_error?: string | undefined;
            upstream_busy?: string | undefined;
            upstream_timeout?: string | undefined;
            temporarily_unavailable?: string | undefined;
        };
        name: string;
        type: string;
        silent: string;
        failed: string;
        end: string;
        idle: string;
        mute: string;
        copy?: string | undefined;
        ready: string;
        resume: string;
        minute: string;
        voice: string;
        send: string;
        told: string;
        written?: string | undefined;
        asking: string;
        listening: string;
        speaking: string;
        reconnecting: string;
        transcript: string;
        budget: string;
        volume: string;
        muted: string;
        talk: string;
        agree: string;
        again: string;
        fold: string;
        hold: string;
        intro: string;
        ai: string;
        you: string;
        assistant: string;
        restarted: string;
        questions?: string | undefined;
        copied?: string | undefined;
        refused?: string | undefined;
        save?: string | undefined;
        billed?: string | undefined;
        good?: string | undefined;
        bad?: string | undefined;
        suggests?: string | undefined;
        opening?: string | undefined;
        stay?: string | undefined;
    };
    follow(): Promise<void>;
    learn(): Promise<void>;
    rest(): void;
    #private;
}
