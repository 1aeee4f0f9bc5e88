/** What can go wrong between page, function, Gemini and the visitor's device. Licence: Apache-2.0 */

/** The English sentences of the errors that do not come from the function; its refusals bring their own. */
export const SENTENCES = Object.freeze({
  // Between the page and the function
  unreachable: 'The voice service cannot be reached. Please check your connection.',
  unreachable_here: 'The voice service does not answer this site. Please tell the owner of this site.',
  bad_endpoint: 'The address of the voice service is wrong. Please tell the owner of this site.',
  headers_failed: 'This page could not tell the voice service who you are. Please sign in again, or tell the owner of this site.',
  page_failed: 'This page could not describe itself to the voice service. Please tell the owner of this site.',
  timeout: 'The voice service did not answer in time. Please try again.',
  bad_answer: 'The voice service gave no usable answer. Please tell the owner of this site.',
  blocked_by_policy: 'The security policy of this page blocks the voice service. Please tell the owner of this site.',
  // Between the page and Gemini
  socket_failed: 'The voice model cannot be reached. A firewall may block it.',
  setup_timeout: 'The voice model did not answer in time. Please try again.',
  setup_rejected: 'The voice model does not accept the settings of this site. Please tell the owner of this site.',
  model_unavailable: 'The voice model of this site does not exist. Please tell the owner of this site.',
  key_rejected: 'The voice model does not accept the key of this site. Please tell the owner of this site.',
  token_used: 'This conversation was already started elsewhere. Please try again.',
  token_expired: 'The permission to talk has run out. Please try again.',
  quota: 'The voice model has no quota left for this site. Please try again later.',
  server_fault: 'The voice model failed. Please try again.',
  connection_lost: 'The connection was lost and could not be restored. Please try again.',
  // In the visitor's device
  insecure_context: 'The microphone works on secure pages (https) only. You can type instead.',
  microphone_missing: 'No microphone was found. You can type instead.',
  microphone_denied: 'The microphone is not allowed on this page. You can allow it in the browser, or type instead.',
  microphone_forbidden: 'The owner of this site has not allowed the microphone here. You can type instead.',
  microphone_busy: 'The microphone is used by another program. You can type instead.',
  microphone_lost: 'The microphone was switched off. You can type instead.',
  microphone_silent: 'Your microphone sends no sound. Is it switched off? You can type instead.',
  audio_waiting: 'Touch the page to hear the answer.',
  audio_failed: 'Sound does not work in this browser. You can type instead.',
  video_failed: 'The camera or the screen cannot be shown.',
});

/** @typedef {'invalid_json' | 'invalid_request' | 'caller_not_verified' | 'origin_not_allowed' | 'not_found' | 'method_not_allowed' | 'body_too_large' | 'unsupported_media_type' | 'rate_limited' | 'internal' | 'misconfigured' | 'upstream_error' | 'upstream_busy' | 'upstream_timeout' | 'temporarily_unavailable' | 'paused'} RefusalCode A refusal of the function. */
/** @typedef {RefusalCode | keyof typeof SENTENCES} ErrorCode */

/** Errors that may pass: a reconnecting session tries again. */
const PASSING = /unreachable|headers_failed|timeout|rate_limited|internal|upstream|temporarily|socket_failed|server_fault|token_/;

/**
 * @typedef {object} ErrorDetails
 * @property {string} [message] for the visitor; else the sentence of the code
 * @property {string} [requestId]
 * @property {number} [retryAfter]
 * @property {number} [closeCode]
 * @property {string} [reason]
 * @property {keyof typeof SENTENCES} [sentence]
 * @property {unknown} [cause]
 */

/** Why something failed: `code` for the page, `message` for the visitor. */
export class LiveError extends Error {
  /**
   * @param {ErrorCode} code
   * @param {ErrorDetails} [details]
   */
  constructor(code, { message, requestId, retryAfter, closeCode, reason, sentence, cause } = {}) {
    super(message || SENTENCES[sentence ?? code] || SENTENCES.bad_answer, { cause });
    this.name = 'LiveError';
    /** Stable. @readonly @type {ErrorCode} */
    this.code = code;
    /** Worth another try a moment later. @readonly @type {boolean} */
    this.passing = PASSING.test(code);
    /** Of the function's refusal; it stands in the function's log. @readonly @type {string | undefined} */
    this.requestId = requestId;
    /** Seconds. @readonly @type {number | undefined} */
    this.retryAfter = retryAfter;
    /** Of Gemini's socket. @readonly @type {number | undefined} */
    this.closeCode = closeCode;
    /** Of Gemini's socket; for the owner, not for the visitor. @readonly @type {string | undefined} */
    this.reason = reason;
    /** Which sentence, where one code has several. @readonly @type {keyof typeof SENTENCES | undefined} */
    this.sentence = sentence;
  }
}
