/** What the visitor is told instead of the state, and how long the function asked us to wait. Licence: Apache-2.0 */

const LONGEST_WAIT = 60; // seconds

export class Notice {
  text = '';
  waiting = false;
  #onchange;

  /** @param {() => void} onchange */
  constructor(onchange) {
    this.#onchange = onchange;
  }

  clear() { this.text = ''; }

  /** The conversation was ended. @param {string} text */
  ended(text) {
    this.text = text;
    this.#onchange();
  }

  /**
   * An error ended it, or a refusal kept it from beginning.
   * @param {string} sentence
   * @param {number} [retryAfter] seconds
   */
  failed(sentence, retryAfter) {
    this.text = sentence;
    this.waiting = Boolean(retryAfter);
    const enable = () => {
      this.waiting = false;
      this.#onchange();
    };
    if (retryAfter) setTimeout(enable, 1000 * Math.min(retryAfter, LONGEST_WAIT));
  }
}
