/**
 * @typedef {object} Actions
 * @property {() => import('./session.js').Session | null} session
 * @property {() => Promise<import('./tokens.js').TokenAnswer> | undefined} prefetch a token, where one may be asked for
 * @property {() => void} toggle the floating panel
 * @property {() => void} fold an open floating panel
 * @property {() => void} render
 */
/**
 * @param {import('./element.js').LiveVoice} element
 * @param {import('./view.js').View} view
 * @param {Actions} actions
 */
export function wireControls(element: import("./element.js").LiveVoice, { main, bubble, mute, volume, form, input, hold, consent }: import("./view.js").View, { session, prefetch, toggle, fold, render }: Actions): void;
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
     * an open floating panel
     */
    fold: () => void;
    render: () => void;
};
