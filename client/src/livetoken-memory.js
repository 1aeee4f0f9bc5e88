/** A conversation that survives a change of page. Loaded where the page has `remember`. Licence: Apache-2.0 */

import { make } from './dom.js';
import { PageNews } from './pagenews.js';
import { eraseRecord, readRecord, writeRecord } from './record.js';
import { contentsOf } from './replay.js';
import { claimTab, freeTab } from './tabclaim.js';

const LIFE = 7_200_000; // milliseconds: as long as Gemini knows a handle
const PAUSE = 200; // milliseconds between two writings
const RETURN = 20; // milliseconds: a page that the browser keeps gives up its claim while this one comes back

/** The one of this document. @type {Memory | null} */
let owner = null;

// Once for the document, however many elements follow each other. On a server the file can be imported.
if (globalThis.document) {
  addEventListener('pagehide', () => owner?.leave());
  addEventListener('pageshow', ({ persisted }) => { if (persisted) setTimeout(() => owner?.claim().catch(reportError), RETURN); });
  addEventListener('popstate', () => owner?.news.seeGoing(), true);
}

export class Memory {
  #host;
  /** @type {import('./record.js').TabRecord | null} */
  #record = null;
  #tab = '';
  /** The latest, whether it runs or not. @type {import('./session.js').Session | null} */
  #session = null;
  /** For the end of another element. @type {MutationObserver | null} */
  #waiting = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #end = make('button', { type: 'button', part: 'forget' });
  /** What was said last stays in sight while the card takes its shape. */
  #follower = new ResizeObserver(([{ target }]) => { target.scrollTop = target.scrollHeight; });

  /** @param {import('./extras.js').Host} host */
  constructor(host) {
    this.#host = host;
    this.news = new PageNews(host.page);
    this.#end.onclick = () => host.element.stop();
    host.view.main.after(this.#end);
    // A refresh by Turbo that morphs the page would take away what the visitor has chosen.
    host.element.addEventListener('turbo:before-morph-attribute', (event) => {
      if (/** @type {CustomEvent} */ (event).detail.attributeName === 'silent') event.preventDefault();
    });
  }

  get #persona() {
    const { element } = this.#host;
    return `${element.endpoint} ${element.getAttribute('prompt') ?? ''}`;
  }

  /** The conversation will be there on the next page. */
  get active() { return owner === this && this.#tab !== ''; }

  /** Take over what the former page of this tab has left. */
  async claim() {
    const { element } = this.#host;
    if (!navigator.locks) return console.warn('<live-voice>: remember needs a secure page (https); nothing is remembered.');
    if (/** @type {any} */ (document).prerendering) await new Promise((resolve) => document.addEventListener('prerenderingchange', resolve, { once: true }));
    if (owner && owner !== this) {
      if (owner.#host.element.isConnected) return this.#waitFor(owner.#host.element);
      owner.leave();
    }
    owner = this;
    const record = readRecord();
    const mine = record?.persona === this.#persona && (await claimTab(record.tab));
    if (owner !== this) return; // another body was put in place meanwhile: its element has taken over
    if (mine && record) this.#tab = record.tab;
    else await this.#renounce();
    if (owner !== this || element.session) return;
    if (mine && record) this.#restore(record);
    else if (this.#record) this.#restoreNothing();
  }

  /**
   * There is nothing to go on with: what is said from now on has a name of its own. It is claimed at once, because Firefox keeps no page for
   * the way back that holds a claim; one that it kept would not see what other pages have written to sessionStorage since.
   */
  async #renounce() {
    eraseRecord();
    await claimTab(this.#tab = crypto.randomUUID());
  }

  /** Some frameworks put the next page beside the former one for a while. @param {Element} other */
  #waitFor(other) {
    if (this.#waiting) return;
    console.warn('<live-voice>: one element of a page can remember; this one does not while the other stands there.');
    this.#waiting = new MutationObserver(() => {
      if (other.isConnected) return;
      this.#waiting?.disconnect();
      this.#waiting = null;
      if (this.#host.element.isConnected) this.connect();
    });
    this.#waiting.observe(document, { childList: true, subtree: true });
  }

  /** The element is back, or on another page of a site that changes without a load. */
  connect() {
    if (!this.active && !this.#host.element.session) this.claim().catch(reportError);
  }

  /** @param {import('./record.js').TabRecord} record */
  #restore(record) {
    const { element, view, words, restore } = this.#host;
    this.#record = record;
    this.#session = null;
    this.news.told = record.page;
    element.silent = record.silent;
    view.clear();
    record.resumption.entries.forEach((entry, at) => { view.write({ id: at + 1, ...entry, final: true }, words()); });
    restore({ open: record.open, agreed: record.agreed });
    this.#follower.observe(view.log);
  }

  /** It was ended on another page, and this one came back as it was left. */
  #restoreNothing() {
    this.#record = this.#session = null;
    const { view } = this.#host;
    view.clear(view.intro);
    this.#host.render();
  }

  /** There is a conversation to go on with. */
  get resumable() { return Boolean(this.#record && this.#record.until > Date.now()); }

  /** @returns {import('./dialogue.js').Resumption | undefined} */
  get resumption() {
    if (!this.#record || !this.resumable) return undefined;
    const { turns, ...rest } = this.#record.resumption;
    const { note } = this.news;
    return { ...rest, turns: note ? [...turns, { contents: contentsOf({ role: 'user', text: note }), saved: false }] : turns };
  }

  /** @param {import('./view.js').Look} look */
  render({ running, words }) {
    const { session } = this.#host.element;
    if (session && session !== this.#session) {
      this.#session = session;
      this.#follower.disconnect();
      this.news.tell();
      session.addEventListener('budget', ({ detail: { secondsLeft } }) => { if (!secondsLeft && owner === this) this.#forgetRecord(); });
    }
    this.#end.hidden = running || !this.resumable;
    this.#end.textContent = words.end;
    if (!this.active) return;
    this.#lookLater();
  }

  #lookLater() {
    this.#timer ??= setTimeout(() => this.#look(), PAUSE);
  }

  #look() {
    this.#timer = undefined;
    if (!this.active) return;
    const { session } = this.#host.element;
    if (session && this.news.look()) this.#tell(session);
    this.#save();
  }

  /** @param {import('./session.js').Session} session */
  #tell(session) {
    if (this.news.interrupts(session.transcript.at(-1)) || this.news.changing) return this.#lookLater();
    const { note } = this.news;
    this.news.tell();
    session.sendTurns(note, { turnComplete: false });
  }

  #save() {
    if (!this.active) return;
    const { element, kept } = this.#host;
    const resumption = this.#session?.resumption ?? this.#record?.resumption;
    const until = this.#session && element.session ? Date.now() + LIFE : (this.#record?.until ?? Date.now() + LIFE);
    if (!resumption) return;
    this.#record = { version: 1, tab: this.#tab, persona: this.#persona, until, ...kept(), silent: element.silent, page: this.news.told, resumption };
    writeRecord(this.#record);
  }

  /** The page is left: the connection ends, and what was said stays for the next page. */
  leave() {
    this.#save();
    this.#host.element.session?.close('left');
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#tab = ''; // what another page writes meanwhile is newer
    freeTab();
  }

  /** The visitor has ended the conversation. */
  forget() {
    if (owner !== this) return;
    this.#forgetRecord();
    this.#restoreNothing();
  }

  /** There is nothing to go on with any more; what was said stays in sight. */
  #forgetRecord() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#record = this.#session = null;
    this.#renounce();
  }
}
