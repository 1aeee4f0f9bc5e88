/** The link to a page that the model wants to open. Loaded when it first does. Licence: Apache-2.0 */

import { make } from './dom.js';
import { formsAreChanged } from './forms.js';
import { partWords } from './partwords.js';

const MOMENT = 4000; // milliseconds in which the visitor can stay
const ANSWER = 400; // milliseconds until the model has been told

/** An address as people write it. @param {string} path */
function readable(path) {
  try {
    return decodeURI(path);
  } catch {
    return path; // it is encoded otherwise
  }
}

export class Offer {
  #host;
  #remembers;

  /**
   * @param {import('./extras.js').Host} host
   * @param {boolean} remembers the conversation will be there on the next page
   */
  constructor(host, remembers) {
    this.#host = host;
    this.#remembers = remembers;
  }

  /**
   * @param {URL} address
   * @param {AbortSignal} signal
   * @returns {Promise<{ opened: boolean, offered?: true, reason?: string }>}
   */
  async show(address, signal) {
    const { view } = this.#host;
    const link = make('a', { href: address.href, dir: 'ltr' }, readable(address.pathname + address.search + address.hash));
    const words = partWords(this.#host);
    const reason = this.#reasonToWait(address);
    if (reason) {
      view.append(make('p', { class: 'note', part: 'note' }, `${words.suggests} `, link));
      return { opened: false, offered: true, reason };
    }
    const stay = make('button', { type: 'button', part: 'stay' }, words.stay);
    const note = make('p', { class: 'note', part: 'note' }, `${words.opening} `, link, ' ', stay);
    view.append(note);
    const decision = await this.#decision(link, stay, signal);
    if (stay.matches(':focus')) view.log.focus({ preventScroll: true }); // the focus would be lost with the button
    stay.remove();
    if (decision === 'stay' || formsAreChanged()) return { opened: false, reason: 'the visitor stays on this page' };
    // A link that is pressed is seen by pages that change without a load.
    if (decision === 'go') setTimeout(() => link.click(), ANSWER);
    return { opened: true };
  }

  /** Why the visitor must press the link himself. @param {URL} address */
  #reasonToWait(address) {
    if (!this.#remembers) return 'the conversation would end with this page; the visitor was shown a link';
    if (formsAreChanged()) return 'the visitor has written something on this page that would be lost; the visitor was shown a link';
    if (address.search) return 'an address with a query may do something; the visitor was shown a link';
    return '';
  }

  /**
   * @param {HTMLElement} link
   * @param {HTMLElement} stay
   * @param {AbortSignal} signal
   * @returns {Promise<'go' | 'stay' | 'gone'>} gone: the visitor has pressed the link
   */
  #decision(link, stay, signal) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, MOMENT, 'go');
      const decide = (/** @type {'stay' | 'gone'} */ how) => () => {
        clearTimeout(timer);
        resolve(how);
      };
      stay.onclick = decide('stay');
      link.onclick = decide('gone');
      signal.addEventListener('abort', decide('stay'));
    });
  }
}
