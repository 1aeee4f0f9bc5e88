/**
 * <live-voice endpoint="https://your-function.example"></live-voice>: a voice assistant for any page.
 * Guide: docs/client.md. Licence: Apache-2.0
 */

import { LiveVoice } from './element.js';

export { visibleText } from './page.js';
export { LiveVoice };

/** @typedef {import('./tag.js').LiveVoiceAttributes} LiveVoiceAttributes */
/** @typedef {import('./tag.js').LiveVoiceEvents} LiveVoiceEvents */
/** @typedef {import('./element.js').LiveVoiceState} LiveVoiceState */
/** @typedef {import('./words.js').Word} Word */
/** @typedef {import('./words.js').Words} Words */

// On a server there is nothing to define; loaded twice, the first stays.
if (globalThis.customElements && !customElements.get('live-voice')) customElements.define('live-voice', LiveVoice);
