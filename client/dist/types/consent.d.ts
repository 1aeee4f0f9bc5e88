/** Whether the visitor has agreed, as long as the owner wants it remembered. Licence: Apache-2.0 */
/**
 * @param {string | null} key of localStorage, the attribute `consent-key`
 */
export function hasAgreed(key: string | null): boolean;
/** @param {string | null} key */
export function rememberConsent(key: string | null): void;
