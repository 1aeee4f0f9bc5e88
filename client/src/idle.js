/** An open microphone in a forgotten tab costs the owner money. Licence: Apache-2.0 */

const IDLE_MINUTES = 5;
const LONGEST_TIMER = 2 ** 31; // milliseconds: a browser ends a longer one at once

export class IdleWatch {
  #onidle;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {() => void} onidle */
  constructor(onidle) {
    this.#onidle = onidle;
  }

  /**
   * Something was said: begin anew.
   * @param {string | null} attribute minutes; 0 never ends, and what is no number is taken for a slip
   */
  restart(attribute) {
    this.stop();
    const given = /^\s*(\d+\.?\d*|\.\d+)\s*$/.exec(attribute ?? '')?.[1];
    const milliseconds = 60000 * Number(given ?? IDLE_MINUTES);
    if (milliseconds > 0 && milliseconds < LONGEST_TIMER) this.#timer = setTimeout(this.#onidle, milliseconds);
  }

  stop() {
    clearTimeout(this.#timer);
  }
}
