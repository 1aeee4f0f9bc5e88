/** An open microphone in a forgotten tab costs the owner money. Licence: Apache-2.0 */

const IDLE_MINUTES = 5;

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
   * @param {string | null} minutes as the attribute says it; 0 never ends
   */
  restart(minutes) {
    this.stop();
    const milliseconds = 60000 * Number(minutes ?? IDLE_MINUTES);
    if (milliseconds > 0) this.#timer = setTimeout(this.#onidle, milliseconds);
  }

  stop() {
    clearTimeout(this.#timer);
  }
}
