/**
 * The words in the element's language, with those of the page in place of the dictionary's.
 * @param {import('./extras.js').Host} host
 * @returns {import('./words.js').Dictionary & Record<keyof typeof PART_ENGLISH, string>}
 */
export function partWords({ element, words }: import("./extras.js").Host): import("./words.js").Dictionary & Record<keyof typeof PART_ENGLISH, string>;
export namespace PART_ENGLISH {
    let questions: string;
    let copy: string;
    let copied: string;
    let refused: string;
    let save: string;
    let written: string;
    let billed: string;
    let good: string;
    let bad: string;
    let suggests: string;
    let opening: string;
    let stay: string;
}
