/** Who said what. Licence: Apache-2.0 */

/**
 * @typedef {object} TranscriptEntry
 * @property {number} id
 * @property {'user' | 'model'} role
 * @property {string} text all of it so far
 * @property {boolean} final
 * @property {number} [before] the id of the entry that it belongs in front of, where it was transcribed late
 */

export class Transcript {
  /** @type {TranscriptEntry[]} */
  entries = [];
  /** @type {{ user: TranscriptEntry | null, model: TranscriptEntry | null }} */
  #open = { user: null, model: null };
  #count = 0;

  /** @param {(entry: TranscriptEntry) => void} onchange */
  constructor(onchange) {
    this.onchange = onchange;
  }

  /**
   * Append a fragment to the open entry of the role. Returns the entry if this fragment opened it.
   * @param {'user' | 'model'} role
   * @param {string} fragment
   */
  add(role, fragment) {
    const open = this.#open[role];
    if (open) {
      open.text += fragment;
      this.onchange(open);
      return null;
    }
    // What the visitor said may be transcribed after the answer has begun: it still belongs before the answer.
    const answer = this.#open.model ? this.entries.indexOf(this.#open.model) : -1;
    const late = role === 'user' && answer >= 0 && this.entries[answer - 1]?.role !== 'user';
    const entry = this.#insert(late ? answer : this.entries.length, { role, text: fragment.trimStart(), final: false });
    return (this.#open[role] = entry);
  }

  /**
   * A whole entry at the end.
   * @param {'user' | 'model'} role
   * @param {string} text
   */
  say(role, text) {
    return this.#insert(this.entries.length, { role, text, final: true });
  }

  /**
   * An entry of an earlier page, of which nobody need be told.
   * @param {'user' | 'model'} role
   * @param {string} text
   * @returns {TranscriptEntry}
   */
  restored(role, text) {
    return { id: ++this.#count, role, text, final: true };
  }

  /** @param {'user' | 'model'} role */
  finish(role) {
    const entry = this.#open[role];
    this.#open[role] = null;
    if (!entry) return;
    entry.final = true;
    this.onchange(entry);
  }

  /**
   * @param {number} place
   * @param {Pick<TranscriptEntry, 'role' | 'text' | 'final'>} fields
   */
  #insert(place, fields) {
    const entry = { id: ++this.#count, ...fields, before: this.entries[place]?.id };
    this.entries.splice(place, 0, entry);
    this.onchange(entry);
    return entry;
  }
}
