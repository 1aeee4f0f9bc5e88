/**
 * @typedef {object} TabRecord
 * @property {1} version
 * @property {string} tab
 * @property {string} persona address of the function and name of the prompt file
 * @property {number} until milliseconds since 1970
 * @property {boolean} open
 * @property {boolean} agreed
 * @property {boolean} silent
 * @property {string} page the address that the model was told last
 * @property {import('./dialogue.js').Resumption} resumption
 */
/** The record, or null where there is none that can be used. @returns {TabRecord | null} */
export function readRecord(): TabRecord | null;
/** @param {Omit<TabRecord, 'version'>} record */
export function writeRecord({ resumption, ...rest }: Omit<TabRecord, "version">): void;
export function eraseRecord(): void;
export type TabRecord = {
    version: 1;
    tab: string;
    /**
     * address of the function and name of the prompt file
     */
    persona: string;
    /**
     * milliseconds since 1970
     */
    until: number;
    open: boolean;
    agreed: boolean;
    silent: boolean;
    /**
     * the address that the model was told last
     */
    page: string;
    resumption: import("./dialogue.js").Resumption;
};
