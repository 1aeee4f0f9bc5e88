/**
 * The words of a language; English where there are none, or where their file was not copied to this site.
 * @param {string} tag BCP-47
 * @returns {Promise<Translation>}
 */
export function translation(tag: string): Promise<Translation>;
export namespace ENGLISH {
    let name: string;
    let talk: string;
    let agree: string;
    let end: string;
    let again: string;
    let mute: string;
    let voice: string;
    let fold: string;
    let hold: string;
    let volume: string;
    let type: string;
    let intro: string;
    let send: string;
    let transcript: string;
    let ai: string;
    let told: string;
    let resume: string;
    let you: string;
    let assistant: string;
    let ready: string;
    let asking: string;
    let listening: string;
    let speaking: string;
    let muted: string;
    let silent: string;
    let reconnecting: string;
    let failed: string;
    let restarted: string;
    let idle: string;
    let minute: string;
    let budget: string;
    let errors: Partial<Record<import("./errors.js").ErrorCode, string>>;
}
/** @typedef {{ language: string, direction: 'ltr' | 'rtl', words: Dictionary }} Translation */
/** @type {Translation} */
export const ENGLISH_TRANSLATION: Translation;
export type Word = Exclude<keyof typeof ENGLISH, "errors"> | keyof typeof import("./partwords.js").PART_ENGLISH;
export type Words = Partial<Record<Word, string>> & {
    errors?: Partial<Record<import("./errors.js").ErrorCode, string>>;
};
export type Dictionary = Record<Exclude<keyof typeof ENGLISH, "errors">, string> & Words & {
    errors: Partial<Record<import("./errors.js").ErrorCode, string>>;
};
export type Translation = {
    language: string;
    direction: "ltr" | "rtl";
    words: Dictionary;
};
