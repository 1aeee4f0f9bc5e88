/** What must survive the loss of a connection. Licence: Apache-2.0 */

const TOLD_TURNS = 40; // at most

/**
 * @typedef {object} Content a turn, as Gemini writes it
 * @property {'user' | 'model'} [role]
 * @property {Array<Record<string, unknown>>} parts
 */

/**
 * A turn is `open` until the model has answered it, then `answered`, and `saved` once a later handle holds it.
 * @typedef {object} Turn
 * @property {() => Content[]} contents
 * @property {() => object} [frame] asks it again
 * @property {'open' | 'answered' | 'saved'} state
 * @property {number} after the number of answers begun before it
 */

/** @typedef {{ contents: Content[], saved: boolean }} Remembered A turn as a later session is told it. */

/**
 * @param {{ role: 'user' | 'model', text: string }} entry
 * @returns {Content[]}
 */
export const contentsOf = ({ role, text }) => [{ role, parts: [{ text }] }];

/** The resumption handle, and each turn that it does not hold yet. */
export class Replay {
  /** @type {string | null} */
  handle = null;
  /** It goes on with an earlier session. */
  resumed = false;
  #generating = false;
  #turnOpen = false;
  #answers = 0;
  /** @type {Turn[]} */
  #turns = [];
  /** What was asked until each call of a function that is under way. @type {Set<Turn[]>} */
  #calls = new Set();
  /** What was asked until a call whose result was sent, and to which the model has said nothing yet. @type {Turn[]} */
  #unheard = [];

  /**
   * What the visitor asked. `frame()` asks it again.
   * @param {() => Content[]} contents
   * @param {() => object} frame
   * @param {{ late?: boolean }} [options]
   */
  asked(contents, frame, { late = false } = {}) {
    this.#turns.push({ contents, frame, state: 'open', after: this.#answers - (late ? 1 : 0) });
  }

  /**
   * What the model said, or what the page told it without a question.
   * @param {() => Content[]} contents
   * @param {Turn['state']} [state]
   */
  told(contents, state = 'answered') {
    this.#turns.push({ contents, state, after: -1 });
  }

  /** The model has begun to answer. */
  began() {
    this.#unheard = [];
    if (this.#generating) return;
    this.#generating = this.#turnOpen = true;
    this.#answers += 1;
  }

  /**
   * The model calls a function. Some models end their turn meanwhile, without having answered.
   * @returns {(told: boolean) => void} to be called when the function has returned, with whether the model was told its result
   */
  called() {
    this.began();
    const asked = this.#turns.filter(({ state }) => state === 'open');
    this.#calls.add(asked);
    return (told) => {
      if (this.#calls.delete(asked) && told) this.#unheard.push(...asked);
    };
  }

  /** The model still has to hear a result, or to say something to it. */
  get calling() {
    return this.#calls.size + this.#unheard.length > 0;
  }

  /** The model has said all it will say to what was asked before it began, or was interrupted. */
  answered() {
    if (this.#generating) this.#settle(this.#answers);
    this.#generating = false;
  }

  /** The turn is over. A turn without any content is one to which the model chose to say nothing. */
  over() {
    this.answered();
    if (!this.#turnOpen) {
      this.#unheard = [];
      this.#settle(Infinity);
    }
    this.#turnOpen = false;
  }

  /** @param {number} answers */
  #settle(answers) {
    const kept = [...this.#calls, this.#unheard].flat();
    for (const turn of this.#turns) if (turn.state === 'open' && turn.after < answers && !kept.includes(turn)) turn.state = 'answered';
  }

  /** What a later session is to be told; a question that was left without an answer is not asked again. @returns {Remembered[]} */
  get remembered() {
    return this.#turns.slice(-TOLD_TURNS).map(({ contents, state }) => ({ contents: contents(), saved: state === 'saved' }));
  }

  /**
   * Go on with an earlier session.
   * @param {string | null} handle
   * @param {Remembered[]} turns
   */
  resume(handle, turns) {
    this.handle = handle;
    this.resumed = true;
    for (const { contents, saved } of turns) this.told(() => contents, saved ? 'saved' : 'answered');
  }

  /** @param {string} handle */
  save(handle) {
    this.handle = handle;
    for (const turn of this.#turns) if (turn.state === 'answered') turn.state = 'saved';
  }

  /** True when nothing would be lost by changing the connection now. */
  get settled() {
    return !this.#turnOpen && this.#turns.every(({ state }) => state === 'saved' || (state === 'answered' && !this.handle));
  }

  /** How many answers the model has begun. */
  get begun() {
    return this.#answers;
  }

  /** An answer is complete, but the end of its turn has not come: it holds back until all was spoken. */
  get awaitsEnd() {
    return this.#turnOpen && !this.#generating;
  }

  /**
   * The frames that bring a new connection up to date: answered turns are told, open ones are asked again.
   * @param {{ contextKept: boolean, recap: boolean }} options
   * @returns {{ told: object[], asked: object[] }}
   */
  frames({ contextKept, recap }) {
    this.#generating = this.#turnOpen = false;
    this.#calls.clear(); // another connection knows none of them
    this.#unheard = [];
    // Half an answer is not worth telling, because its question is asked again.
    this.#turns = this.#turns.filter(({ state, frame }) => state !== 'open' || frame);
    const told = this.#turns.filter(({ state }) => state === 'answered' || (state === 'saved' && !contextKept));
    const turns = told.flatMap(({ contents }) => contents()).slice(-TOLD_TURNS);
    const asked = this.#turns.flatMap(({ state, frame }) => (state === 'open' && frame ? [frame()] : []));
    return { told: recap && turns.length ? [{ clientContent: { turns, turnComplete: false } }] : [], asked };
  }
}
