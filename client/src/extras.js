/** What only some pages use: each part is loaded when its page asks for it. Licence: Apache-2.0 */

/**
 * What a part has at hand.
 * @typedef {object} Host
 * @property {import('./element.js').LiveVoice} element
 * @property {import('./view.js').View} view
 * @property {() => import('./words.js').Dictionary} words
 * @property {() => void} render
 * @property {(text: string) => void} note a notice within the conversation
 * @property {() => Kept} kept what outlives a change of page
 * @property {(kept: Kept) => void} restore
 * @property {() => { address: string, title: string, text(): string | undefined }} page what the model may be told of the page
 */

/** @typedef {{ open: boolean, agreed: boolean }} Kept */

/** @typedef {{ render(look: import('./view.js').Look): void }} Part */

const PARTS = {
  questions: () => import('./livetoken-questions.js').then(({ Questions }) => Questions),
  actions: () => import('./livetoken-actions.js').then(({ Actions }) => Actions),
  memory: () => import('./livetoken-memory.js').then(({ Memory }) => Memory),
};

export class Extras {
  #host;
  /** @type {Map<string, any>} */
  #parts = new Map();
  /** Resolves when it is known whether there is a conversation to go on with; null where that is known. @type {Promise<void> | null} */
  pending = null;

  /** @param {Host} host */
  constructor(host) {
    this.#host = host;
  }

  /** The element stands in a page. */
  connect() {
    const { element } = this.#host;
    if (element.hasAttribute('remember') && !this.#parts.has('memory')) {
      this.pending ??= this.#load('memory').then((memory) => memory?.claim()).catch(reportError).finally(() => {
        this.pending = null;
        this.#host.render();
      });
    } else this.#parts.get('memory')?.connect();
  }

  /** @param {import('./view.js').Look} look */
  render(look) {
    const { element, view } = this.#host;
    if ((element.isConnected && element.hasAttribute('prompt')) || view.question.assignedElements().length) this.#load('questions');
    if (element.hasAttribute('actions') && view.lines.size) this.#load('actions');
    for (const part of this.#parts.values()) part.render?.(look);
  }

  /**
   * Loads a part once. A file that was not copied to this site is told on the console.
   * @param {keyof typeof PARTS} name
   */
  async #load(name) {
    if (this.#parts.has(name)) return this.#parts.get(name);
    this.#parts.set(name, {});
    try {
      const part = new (await PARTS[name]())(this.#host);
      this.#parts.set(name, part);
      this.#host.render();
      return part;
    } catch (error) {
      console.warn(error); // it names the file
      return null;
    }
  }

  /** What a conversation of an earlier page leaves to go on with. @returns {import('./dialogue.js').Resumption | undefined} */
  get resumption() { return this.#parts.get('memory')?.resumption; }

  get resumable() { return Boolean(this.#parts.get('memory')?.resumable); }

  /** The visitor has ended the conversation. */
  forget() { this.#parts.get('memory')?.forget?.(); }

  /**
   * Shows a link to a page of this site, and goes there where that is allowed.
   * @param {URL} address
   * @param {AbortSignal} signal
   */
  async offer(address, signal) {
    const { Offer } = await import('./livetoken-offer.js');
    return new Offer(this.#host, Boolean(this.#parts.get('memory')?.active)).show(address, signal);
  }
}
