/**
 * Whether a page may ask it: http on a secure page is what browsers block.
 * @param {unknown} endpoint
 */
export function isAddress(endpoint: unknown): boolean;
/**
 * The error, which the console tells with its cause.
 * @param {import('./errors.js').ErrorCode} code
 * @param {string} what
 * @param {unknown} [cause]
 */
export function mistake(code: import("./errors.js").ErrorCode, what: string, cause?: unknown): LiveError;
/**
 * The network, or an answer that browsers let this page not read.
 * @param {string} endpoint
 * @param {unknown} cause
 */
export function unreachable(endpoint: string, cause: unknown): Promise<LiveError>;
import { LiveError } from './errors.js';
