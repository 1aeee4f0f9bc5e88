/**
 * Talk to Gemini Live from a web page, with a token from your own livetoken function:
 *
 *   const session = await connect({ endpoint: 'https://your-function.example' }); // inside a click
 *   await session.startMicrophone();
 *
 * Guide: docs/client.md. Licence: Apache-2.0
 */

import { Session } from './session.js';

export { LiveError, SENTENCES } from './errors.js';
export { Tokens } from './tokens.js';
export { Session };

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
export function connect(options) {
  return new Session(options).open();
}
