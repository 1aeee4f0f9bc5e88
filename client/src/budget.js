/** How long a conversation should be, where its prompt file says so. The page keeps to it; a token ends by itself. Licence: Apache-2.0 */

const MINUTE = 60000;
const LAST_WORDS = 15000; // for an answer that is being spoken when the time is up

export class Budget {
  #session;
  /** @type {ReturnType<typeof setTimeout>[]} */
  #timers = [];
  /** As if all of it had been on this page. */
  #began;
  #ended = 0;

  /**
   * @param {import('./session.js').Session} session
   * @param {() => number | undefined} minutes known when the session is ready; undefined: as long as its tokens live
   * @param {number} [earlier] milliseconds that it took on other pages
   */
  constructor(session, minutes, earlier = 0) {
    this.#session = session;
    this.#began = Date.now() - earlier;
    session.addEventListener('ready', () => this.#start(minutes()));
    this.#start(minutes());
    session.addEventListener('state', ({ detail: { state } }) => {
      if (state !== 'closed' && state !== 'failed') return;
      this.#ended = Date.now();
      this.#timers.forEach(clearTimeout);
    });
  }

  /** What the conversation has taken so far. */
  get milliseconds() { return (this.#ended || Date.now()) - this.#began; }

  /** @param {number} [minutes] */
  #start(minutes) {
    if (!minutes) return;
    const left = MINUTE * minutes - this.milliseconds;
    if (left >= MINUTE) this.#after(left - MINUTE, () => this.#tell(60));
    this.#after(left, () => this.#end(Date.now() + LAST_WORDS));
  }

  /** @param {number} latest */
  #end(latest) {
    if (this.#session.state === 'speaking' && Date.now() < latest) return this.#after(100, () => this.#end(latest));
    this.#tell(0);
    this.#session.close('budget');
  }

  /** @param {60 | 0} secondsLeft */
  #tell(secondsLeft) {
    this.#session.dispatchEvent(new CustomEvent('budget', { detail: { secondsLeft } }));
  }

  /**
   * @param {number} milliseconds
   * @param {() => void} task
   */
  #after(milliseconds, task) {
    this.#timers.push(setTimeout(task, milliseconds));
  }
}
