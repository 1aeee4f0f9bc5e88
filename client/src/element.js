/** The element <live-voice>. Licence: Apache-2.0 */

import { loadAccount } from './account.js';
import { wireControls } from './controls.js';
import { hasAgreed, rememberConsent } from './consent.js';
import { pageOf, siteOf, tokensOf } from './described.js';
import { Extras } from './extras.js';
import { IdleWatch } from './idle.js';
import { Language } from './language.js';
import { followLoudness } from './meter.js';
import { Notice } from './notice.js';
import { Session } from './session.js';
import { Tag } from './tag.js';
import { View } from './view.js';

/** @typedef {'ready' | 'asking' | 'listening' | 'speaking' | 'muted' | 'reconnecting' | 'failed'} LiveVoiceState */

/** @type {Array<keyof import('./tag.js').ForwardedEvents>} */
const FORWARDED = ['ready', 'state', 'transcript', 'turn', 'interrupted', 'toolcall', 'usage', 'budget', 'mute', 'microphone', 'reconnected', 'error'];
const MOVE_MILLISECONDS = 500;

/**
 * A voice assistant for any page: voice, text and transcript.
 *
 * @tagname live-voice
 */
export class LiveVoice extends Tag {
  static observedAttributes = ['lang', 'floating', 'push-to-talk', 'silent'];

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
  #agreed = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #leaving;
  #open = false; // the floating panel
  #asking = false; // for the microphone
  #tokens;
  #language = new Language(this, () => this.#render());
  #notice = new Notice(() => this.#render());
  #idle = new IdleWatch(() => {
    this.#session?.close('idle');
    this.#notice.ended(this.#language.words.idle);
  });
  #extras = new Extras({
    element: this,
    view: this.#view,
    words: () => this.#language.words,
    render: () => this.#render(),
    note: (text) => this.#view.note(text),
    page: () => pageOf(this),
    kept: () => ({ open: this.#open, agreed: this.#agreed }),
    restore: ({ open, agreed }) => {
      this.#open = open;
      this.#agreed ||= agreed;
      this.#render();
    },
  });

  constructor() {
    super();
    this.#tokens = tokensOf(this, this.#language);
    wireControls(this, this.#view, {
      session: () => this.#session,
      prefetch: () => {
        if (this.#session || this.#notice.waiting || this.#asksConsent || this.#extras.pending || this.#extras.resumable) return undefined;
        loadAccount();
        return this.#tokens.prefetch();
      },
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
    this.#extras.connect();
  }

  disconnectedCallback() {
    this.#language.rest();
    // A move is no removal: pages that keep elements across navigations put them back a moment later.
    this.#leaving = setTimeout(() => this.#session?.close(), MOVE_MILLISECONDS);
  }

  attributeChangedCallback() {
    if (this.#session) this.#session.silent = this.silent;
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
    if (this.#extras.pending) await this.#extras.pending;
    if (this.#session) return;
    this.#failed = false;
    this.#notice.clear();
    this.#agreed = true;
    rememberConsent(this.getAttribute('consent-key'));
    const { resumption } = this.#extras;
    if (!resumption) this.#view.clear();
    const session = (this.#session = new Session({
      tokens: this.#tokens,
      functions: this.functions,
      volume: this.#view.volume.valueAsNumber,
      silent: this.silent,
      pushToTalk: this.pushToTalk,
      usageReports: this.getAttribute('usage-reports') !== 'off',
      resumption,
      site: siteOf(this, (address, signal) => this.#extras.offer(address, signal)),
    }));
    for (const type of FORWARDED) session.addEventListener(type, (event) => this.#forward(type, event));
    // The visitor decides while the token is on its way.
    const opening = session.open().catch(() => {});
    if (voice) this.#askForMicrophone();
    followLoudness(session, this.#view);
    await opening;
  }

  /** End the conversation, and forget it. */
  stop() {
    this.#session?.close();
    this.#extras.forget();
  }

  /** Say something in writing; starts a conversation if there is none. @param {string} text */
  say(text) {
    if (this.#extras.pending) return void this.#extras.pending.then(() => this.say(text));
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
    else if (type === 'budget') this.#notice.ended(this.#language.words.budget);
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
    if (fatal) this.#notice.failed(sentence, retryAfter);
    else this.#view.note(sentence);
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

  get #asksConsent() {
    return !this.#agreed && this.#view.consent.assignedNodes().length > 0 && !hasAgreed(this.getAttribute('consent-key'));
  }

  #render() {
    const look = {
      words: this.#language.words,
      language: this.#language.spoken,
      direction: this.#language.direction,
      state: this.state,
      notice: this.#session ? '' : this.#notice.text,
      running: Boolean(this.#session),
      resumable: this.#extras.resumable && !this.#session,
      waiting: this.#notice.waiting,
      asksConsent: this.#asksConsent,
      floating: this.floating,
      open: this.#open,
      pushToTalk: this.pushToTalk,
      asking: this.#asking,
      microphone: Boolean(this.#session?.microphoneOn),
      silent: Boolean(this.#session?.microphoneSilent),
      muted: Boolean(this.#session?.muted),
    };
    this.#view.render(look);
    this.#extras.render(look);
  }
}
