/**
 * @typedef {object} Actions
 * @property {() => import('./session.js').Session | null} session
 * @property {() => Promise<import('./tokens.js').TokenAnswer> | undefined} prefetch a token, where one may be asked for
 * @property {() => void} toggle the floating panel
 * @property {() => void} end the conversation of an open floating panel, and the panel
 * @property {() => void} speak with the microphone, in the conversation that runs
 */
/**
 * @param {import('./element.js').LiveVoice} element
 * @param {import('./view.js').View} view
 * @param {Actions} actions
 */
export function wireControls(element: import("./element.js").LiveVoice, { main, bubble, mute, voice, volume, form, input, hold }: import("./view.js").View, { session, prefetch, toggle, end, speak }: Actions): void;
export type Actions = {
    session: () => import("./session.js").Session | null;
    /**
     * a token, where one may be asked for
     */
    prefetch: () => Promise<import("./tokens.js").TokenAnswer> | undefined;
    /**
     * the floating panel
     */
    toggle: () => void;
    /**
     * the conversation of an open floating panel, and the panel
     */
    end: () => void;
    /**
     * with the microphone, in the conversation that runs
     */
    speak: () => void;
};
