/** What a session tells the page. Licence: Apache-2.0 */

/** @typedef {'new' | 'asking' | 'listening' | 'speaking' | 'reconnecting' | 'closed' | 'failed'} State */

/**
 * @typedef {object} SessionEvents
 * @property {CustomEvent<{ contextKept: boolean }>} ready
 * @property {CustomEvent<{ state: State }>} state
 * @property {CustomEvent<import('./transcript.js').TranscriptEntry>} transcript
 * @property {CustomEvent<null>} turn the model's turn is over
 * @property {CustomEvent<null>} interrupted the visitor interrupted; the sound has stopped
 * @property {CustomEvent<import('./tools.js').ToolCall>} toolcall preventDefault() and answerTool() answer by hand
 * @property {CustomEvent<Record<string, any>>} usage Gemini's usageMetadata
 * @property {CustomEvent<{ secondsLeft: 60 | 0 }>} budget the time that the prompt file gives a conversation is nearly over, or over: then the session closes
 * @property {CustomEvent<{ muted: boolean }>} mute
 * @property {CustomEvent<{ on: boolean, silent: boolean }>} microphone it came, went, fell silent or is heard again
 * @property {CustomEvent<{ contextKept: boolean }>} reconnected `contextKept` false: the session had to start afresh and was told what had been said
 * @property {CustomEvent<{ error: import('./errors.js').LiveError, fatal: boolean }>} error
 * @property {CustomEvent<Record<string, any>>} message every message of Gemini as it came
 */

/**
 * @typedef {{
 *   <Type extends keyof SessionEvents>(type: Type, listener: (event: SessionEvents[Type]) => unknown, options?: boolean | AddEventListenerOptions): void,
 *   (type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | AddEventListenerOptions): void,
 * }} Listen
 */

/** An EventTarget that knows its events. */
export const SessionEventTarget = /** @type {{ new (): { addEventListener: Listen, removeEventListener: Listen } & EventTarget }} */ (EventTarget);
