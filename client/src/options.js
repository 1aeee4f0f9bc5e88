/** How a conversation is set up. Licence: Apache-2.0 */

/**
 * @typedef {object} ConversationOptions
 * @property {import('./tokens.js').Tokens} [tokens] share tokens fetched ahead; the request fields are then those of `tokens`
 * @property {Record<string, import('./tools.js').PageFunction>} [functions]
 * @property {boolean} [pushToTalk] the prompt file disables voice activity detection: startTalking() and stopTalking() mark what is said
 * @property {number} [volume] 0 to 1
 * @property {boolean} [usageReports] false: the function is not told what the conversation used
 * @property {boolean} [silent] answers are written and not played
 * @property {import('./dialogue.js').Resumption} [resumption] goes on with an earlier session of this visitor
 * @property {import('./pagetools.js').Site} [site] what the page tools need to know of the page
 * @property {Record<string, unknown>} [setup] fields of BidiGenerateContentSetup that the prompt file leaves open
 */

/** @typedef {ConversationOptions & (import('./tokens.js').TokenOptions | { tokens: import('./tokens.js').Tokens })} SessionOptions */

export {};
