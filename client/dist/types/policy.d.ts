/** Note from now on what the policy blocks. */
export function watchPolicy(): void;
/**
 * The error, or `blocked_by_policy` where it was the policy that kept the page from the address.
 * @param {string} url
 * @param {LiveError} error
 */
export function unlessBlocked(url: string, error: LiveError): Promise<LiveError>;
import { LiveError } from './errors.js';
