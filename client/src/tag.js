/** The tag <live-voice>. Licence: Apache-2.0 */

/**
 * Each word has an attribute `label-…`, too.
 * @typedef {object} LiveVoiceAttributes
 * @property {string} endpoint
 * @property {string} [prompt]
 * @property {string} [model]
 * @property {string} [voice]
 * @property {string} [lang]
 * @property {boolean | ''} [floating]
 * @property {boolean | ''} [push-to-talk]
 * @property {string} [page]
 * @property {'light' | 'dark'} [theme]
 * @property {number | string} [idle-minutes]
 * @property {'off'} [usage-reports]
 * @property {string} [search]
 * @property {boolean | ''} [remember]
 * @property {string} [consent-key]
 * @property {string} [actions]
 * @property {boolean | ''} [silent]
 */

/** @typedef {Omit<import('./events.js').SessionEvents, 'message'>} ForwardedEvents */
/**
 * A thumb that the visitor has given an answer, or taken back.
 * @typedef {CustomEvent<{ id: number, rating: 'up' | 'down' | null, text: string }>} RatingEvent
 */
/** @typedef {{ [Type in keyof ForwardedEvents as `live-voice-${Type}`]: ForwardedEvents[Type] } & { 'live-voice-rating': RatingEvent }} LiveVoiceEvents */

// On a server the class can be imported; elements exist in browsers only.
const Base = /** @type {typeof HTMLElement} */ (globalThis.HTMLElement ?? class {});

/**
 * What stands in the tag, and what a style sheet reaches.
 *
 * @attr {string} endpoint - address of the function; required
 * @attr {string} prompt - one of your prompt files
 * @attr {string} model - one of those that the prompt file allows
 * @attr {string} voice - one of those that the prompt file allows
 * @attr {string} lang - language of words and conversation; else that of the nearest element with `lang`
 * @attr {boolean} floating - a button in the corner that opens a panel, instead of a card in the text
 * @attr {boolean} push-to-talk - a button to hold while speaking; for a prompt file that disables voice activity detection
 * @attr {string} page - selector of the text that the assistant is told (`main, article`), or `off`
 * @attr {'light' | 'dark'} theme - else the page's own `color-scheme`
 * @attr {number} idle-minutes - ends a conversation in which nobody says anything (5; 0 never)
 * @attr {'off'} usage-reports - `off`: the function is not told what a conversation used
 * @attr {string} search - address of the site's search index, for the page tools; else the usual places are tried; `off`
 * @attr {boolean} remember - the conversation goes on on the next page of this tab
 * @attr {string} consent-key - key of localStorage under which consent is remembered for longer
 * @attr {string} actions - what a visitor can do with the conversation: `copy`, `save`, `silent`, `rate`; without a value all of them
 * @attr {boolean} silent - answers are written and not played
 * @attr {string} label-… - replaces one word, such as `label-talk`
 *
 * @fires {CustomEvent} live-voice-ready - `{ contextKept }`
 * @fires {CustomEvent} live-voice-state - `{ state }`
 * @fires {CustomEvent} live-voice-transcript - `{ id, role, text, final, before }`
 * @fires {CustomEvent} live-voice-turn - the model's turn is over
 * @fires {CustomEvent} live-voice-interrupted - the visitor interrupted; the sound has stopped
 * @fires {CustomEvent} live-voice-toolcall - `{ id, name, args }`
 * @fires {CustomEvent} live-voice-usage - Gemini's `usageMetadata`
 * @fires {CustomEvent} live-voice-budget - `{ secondsLeft }`: 60, then 0
 * @fires {CustomEvent} live-voice-mute - `{ muted }`
 * @fires {CustomEvent} live-voice-microphone - `{ on, silent }`
 * @fires {CustomEvent} live-voice-reconnected - `{ contextKept }`
 * @fires {CustomEvent} live-voice-error - `{ error, fatal }`
 * @fires {CustomEvent} live-voice-rating - `{ id, rating, text }`
 *
 * @slot consent - what a visitor must agree to before anything is sent
 * @slot question - a question to begin with; each element becomes a button
 *
 * @csspart card - all but the floating button
 * @csspart consent - around the slot
 * @csspart told - the sentence that says that it is an AI
 * @csspart questions - the questions to begin with
 * @csspart question - one of them
 * @csspart actions - the row of `actions`
 * @csspart copy - copies the conversation
 * @csspart save - saves it
 * @csspart silent - switches to written answers
 * @csspart rating - the two thumbs of an answer
 * @csspart good - thumb up
 * @csspart bad - thumb down
 * @csspart stay - keeps the visitor on the page that is about to be left
 * @csspart forget - ends a conversation of an earlier page
 * @csspart transcript - the scrolling conversation
 * @csspart line - one entry of it
 * @csspart user - an entry of the visitor
 * @csspart model - an entry of the model
 * @csspart note - a notice within the conversation
 * @csspart intro - what stands there before
 * @csspart status - the line that tells the state
 * @csspart controls - the row of buttons
 * @csspart button - starts and ends
 * @csspart hold - the button to hold while speaking
 * @csspart voice - switches the microphone on
 * @csspart mute - switches it off for a while
 * @csspart volume - the slider
 * @csspart form - text box and button
 * @csspart input - the text box
 * @csspart send - its button
 * @csspart bubble - the floating button
 *
 * @cssproperty --live-voice-accent - buttons and the visitor's entries
 * @cssproperty --live-voice-on-accent - text on them
 * @cssproperty --live-voice-background
 * @cssproperty --live-voice-text
 * @cssproperty --live-voice-radius
 * @cssproperty --live-voice-font
 * @cssproperty [--live-voice-height=20rem]
 * @cssproperty [--live-voice-width=34rem]
 */
export class Tag extends Base {
  /** The address of the function. @type {string} */
  get endpoint() {
    const written = this.getAttribute('endpoint') ?? '';
    return written && URL.canParse(written, document.baseURI) ? new URL(written, document.baseURI).href : written;
  }

  set endpoint(endpoint) {
    this.setAttribute('endpoint', endpoint);
  }

  /** A button in the corner that opens a panel. @type {boolean} */
  get floating() {
    return this.hasAttribute('floating');
  }

  set floating(floating) {
    this.toggleAttribute('floating', Boolean(floating));
  }

  /** Answers are written and not played. @type {boolean} */
  get silent() {
    return this.hasAttribute('silent');
  }

  set silent(silent) {
    this.toggleAttribute('silent', Boolean(silent));
  }

  /** A button to hold while speaking. @type {boolean} */
  get pushToTalk() {
    return this.hasAttribute('push-to-talk');
  }

  set pushToTalk(pushToTalk) {
    this.toggleAttribute('push-to-talk', Boolean(pushToTalk));
  }
}
