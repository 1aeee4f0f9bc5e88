/** @typedef {import('./errors.js').ErrorCode} ErrorCode */
/** @typedef {import('./errors.js').RefusalCode} RefusalCode */
/** @typedef {import('./tokens.js').TokenAnswer} TokenAnswer */
/** @typedef {import('./tokens.js').TokenOptions} TokenOptions */
/** @typedef {import('./tools.js').PageFunction} PageFunction */
/** @typedef {import('./tools.js').ToolCall} ToolCall */
/** @typedef {import('./transcript.js').TranscriptEntry} TranscriptEntry */
/** @typedef {import('./replay.js').Content} Content */
/** @typedef {import('./events.js').State} State */
/** @typedef {import('./events.js').SessionEvents} SessionEvents */
/** @typedef {import('./options.js').SessionOptions} SessionOptions */
/**
 * Start a conversation. Call it inside a click. Resolves with an open Session; rejects with a LiveError.
 * @param {SessionOptions} options
 */
export function connect(options: SessionOptions): Promise<Session>;
export { Tokens } from "./tokens.js";
export { Session };
export type ErrorCode = import("./errors.js").ErrorCode;
export type RefusalCode = import("./errors.js").RefusalCode;
export type TokenAnswer = import("./tokens.js").TokenAnswer;
export type TokenOptions = import("./tokens.js").TokenOptions;
export type PageFunction = import("./tools.js").PageFunction;
export type ToolCall = import("./tools.js").ToolCall;
export type TranscriptEntry = import("./transcript.js").TranscriptEntry;
export type Content = import("./replay.js").Content;
export type State = import("./events.js").State;
export type SessionEvents = import("./events.js").SessionEvents;
export type SessionOptions = import("./options.js").SessionOptions;
import { Session } from './session.js';
export { LiveError, SENTENCES } from "./errors.js";
