/** The element <live-voice>. Licence: Apache-2.0 */

import { wireControls } from './controls.js';
import { IdleWatch } from './idle.js';
import { Language } from './language.js';
import { pageAddress, pageContent } from './page.js';
import { Session } from './session.js';
import { Tag } from './tag.js';
import { Tokens } from './tokens.js';
import { View } from './view.js';

/** @typedef {'ready' | 'asking' | 'listening' | 'speaking' | 'muted' | 'reconnecting' | 'failed'} LiveVoiceState */

/** @type {Array<keyof import('./tag.js').ForwardedEvents>} */
const FORWARDED = ['ready', 'state', 'transcript', 'turn', 'interrupted', 'toolcall', 'usage', 'budget', 'mute', 'microphone', 'reconnected', 'error'];
const LONGEST_WAIT = 60; // seconds
const MOVE_MILLISECONDS = 500;

/**
 * A voice assistant for any page: voice, text and transcript.
 *
 * @tagname live-voice
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
 *
 * @slot consent - what a visitor must agree to before anything is sent
 */
export class LiveVoice extends Tag {
  static observedAttributes = ['lang', 'floating', 'push-to-talk'];

  // A page may have set these before this file was loaded.
  /** The functions of the page that the model may call. @type {Record<string, import('./tools.js').PageFunction>} */
  functions = this.functions ?? {};
  /** Words in place of the dictionary's. @type {import('./words.js').Words} */
  words = this.words ?? {};
  /** Request headers for a function that verifies its callers. @type {import('./tokens.js').TokenOptions['headers']} */
  headers = /** @type {any} */ (this).headers;

  #view = new View(this.attachShadow({ mode: 'open' }));
  /** @type {Session | null} */
  #session = null;
  #failed = false;
  #notice = '';
  #waiting = false; // as the function asked us to
  #agreed = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #leaving;
  #open = false; // the floating panel
  #asking = false; // for the microphone
  #tokens;
  #language = new Language(this, () => this.#render());
  #idle = new IdleWatch(() => {
    this.#session?.close('idle');
    this.#notice = this.#language.words.idle;
    this.#render();
  });

  constructor() {
    super();
    const attribute = (/** @type {string} */ name) => () => this.getAttribute(name);
    const element = this;
    this.#tokens = new Tokens({
      get endpoint() { return element.endpoint; },
      get headers() { return element.headers; },
      prompt: attribute('prompt'),
      model: attribute('model'),
      voice: attribute('voice'),
      lang: () => this.#language.tag,
      pageTitle: () => document.title,
      pageUrl: pageAddress,
      pageContent: () => pageContent(this.getAttribute('page')),
    });
    wireControls(this, this.#view, {
      session: () => this.#session,
      prefetch: () => (this.#session || this.#waiting || this.#asksConsent ? undefined : this.#tokens.prefetch()),
      toggle: () => this.#toggle(),
      end: () => this.#endPanel(),
      speak: () => this.#askForMicrophone(),
    });
    this.#view.consent.onslotchange = () => this.#render();
  }

  /** Moving it within the page changes nothing. */
  connectedMoveCallback() { this.#language.learn(); }

  connectedCallback() {
    clearTimeout(this.#leaving);
    this.#language.follow();
    if (document.readyState === 'complete') this.#tokens.warmUp();
    else addEventListener('load', () => this.#tokens.warmUp(), { once: true });
  }

  disconnectedCallback() {
    this.#language.rest();
    // A move is no removal: pages that keep elements across navigations put them back a moment later.
    this.#leaving = setTimeout(() => this.stop(), MOVE_MILLISECONDS);
  }

  attributeChangedCallback() {
    if (this.isConnected) this.#language.learn();
  }

  // ── The conversation

  /** The conversation, or null. @type {Session | null} */
  get session() { return this.#session; }

  /** @type {LiveVoiceState} */
  get state() {
    if (!this.#session) return this.#failed ? 'failed' : 'ready';
    const { state, muted } = this.#session;
    return /** @type {LiveVoiceState} */ (state === 'listening' && muted ? 'muted' : state);
  }

  /**
   * Call it inside a click. Without `voice` the microphone is not asked for.
   * @param {{ voice?: boolean }} [options]
   */
  async start({ voice = true } = {}) {
    if (this.#session) return;
    this.#failed = false;
    this.#notice = '';
    this.#agreed = true;
    this.#view.clear();
    const session = (this.#session = new Session({
      tokens: this.#tokens,
      functions: this.functions,
      volume: this.#view.volume.valueAsNumber,
      pushToTalk: this.pushToTalk,
      usageReports: this.getAttribute('usage-reports') !== 'off',
    }));
    for (const type of FORWARDED) session.addEventListener(type, (event) => this.#forward(type, event));
    // The visitor decides while the token is on its way.
    const opening = session.open().catch(() => {});
    if (voice) this.#askForMicrophone();
    this.#meter();
    await opening;
  }

  stop() { this.#session?.close(); }

  /** Say something in writing; starts a conversation if there is none. @param {string} text */
  say(text) {
    this.start({ voice: false });
    this.#session?.sendText(text);
  }

  async #askForMicrophone() {
    this.#asking = true;
    await this.#session?.startMicrophone().catch(() => {}); // an event says why
    this.#asking = false;
    this.#render();
  }

  /**
   * @param {keyof import('./tag.js').ForwardedEvents} type
   * @param {CustomEvent} event
   */
  #forward(type, event) {
    const { detail } = event;
    const copy = new CustomEvent(`live-voice-${type}`, { detail, bubbles: true, composed: true, cancelable: true });
    if (!this.dispatchEvent(copy)) event.preventDefault();
    if (type === 'transcript') this.#view.write(detail, this.#language.words);
    if (type === 'reconnected' && !detail.contextKept) this.#view.note(this.#language.words.restarted);
    if (type === 'budget' && detail.secondsLeft) this.#view.note(this.#language.words.minute);
    else if (type === 'budget') this.#notice = this.#language.words.budget;
    if (type === 'error') this.#explain(detail.error, detail.fatal);
    if (detail?.state === 'closed' || detail?.state === 'failed') {
      this.#failed = detail.state === 'failed';
      this.#session = null;
    }
    if (!this.#session) this.#idle.stop();
    else if (type === 'transcript' || type === 'state') this.#idle.restart(this.getAttribute('idle-minutes'));
    this.#render();
  }

  /**
   * @param {import('./errors.js').LiveError} error
   * @param {boolean} fatal
   */
  #explain({ code, sentence: wording, message, retryAfter }, fatal) {
    const sentence = this.#language.words.errors[wording ?? code] ?? message;
    if (!fatal) return this.#view.note(sentence);
    this.#notice = sentence;
    this.#waiting = Boolean(retryAfter);
    const enable = () => {
      this.#waiting = false;
      this.#render();
    };
    if (retryAfter) setTimeout(enable, 1000 * Math.min(retryAfter, LONGEST_WAIT));
  }

  #meter() {
    if (!this.#session || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    const { input, output } = this.#session.levels;
    this.#view.meter(Math.max(input, output));
    requestAnimationFrame(() => this.#meter());
  }

  /** Opening the floating panel starts a conversation, unless there is something to agree to first; folding it ends none. */
  #toggle() {
    this.#open = !this.#open;
    if (this.#open && !this.#asksConsent) this.start();
    this.#render();
    (this.#open ? this.#view.main : this.#view.bubble).focus();
  }

  #endPanel() {
    if (!this.#open) return;
    this.stop();
    this.#toggle();
  }

  // ── What is shown

  get #asksConsent() { return !this.#agreed && this.#view.consent.assignedNodes().length > 0; }

  #render() {
    this.#view.render({
      words: this.#language.words,
      language: this.#language.spoken,
      direction: this.#language.direction,
      state: this.state,
      notice: this.#session ? '' : this.#notice,
      running: Boolean(this.#session),
      waiting: this.#waiting,
      asksConsent: this.#asksConsent,
      floating: this.floating,
      open: this.#open,
      pushToTalk: this.pushToTalk,
      asking: this.#asking,
      microphone: Boolean(this.#session?.microphoneOn),
      silent: Boolean(this.#session?.microphoneSilent),
      muted: Boolean(this.#session?.muted),
    });
  }
}
