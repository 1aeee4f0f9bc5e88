/** The visitor's hands: what buttons, keys and pointer do. Licence: Apache-2.0 */

import { preconnect } from './warmup.js';

const INTENT = ['pointerenter', 'focusin', 'touchstart'];

/**
 * @typedef {object} Actions
 * @property {() => import('./session.js').Session | null} session
 * @property {() => Promise<import('./tokens.js').TokenAnswer> | undefined} prefetch a token, where one may be asked for
 * @property {() => void} toggle the floating panel
 * @property {() => void} fold an open floating panel
 * @property {() => void} render
 */

/**
 * @param {import('./element.js').LiveVoice} element
 * @param {import('./view.js').View} view
 * @param {Actions} actions
 */
export function wireControls(element, { main, bubble, mute, volume, form, input, hold, consent }, { session, prefetch, toggle, fold, render }) {
  const ahead = () => { prefetch()?.then(preconnect, () => {}); }; // a click will say what is wrong
  for (const intent of INTENT) element.addEventListener(intent, ahead, { passive: true });
  element.addEventListener('keydown', ({ key }) => key === 'Escape' && fold());

  main.onclick = () => (session() ? element.stop() : element.start());
  bubble.onclick = toggle;
  mute.onclick = () => {
    const running = session();
    if (running) running.muted = !running.muted;
  };
  volume.oninput = () => {
    const running = session();
    if (running) running.volume = volume.valueAsNumber;
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    if (input.value.trim()) element.say(input.value.trim());
    input.value = '';
  };
  consent.onslotchange = render;

  const talk = (/** @type {boolean} */ on) => {
    hold.ariaPressed = String(on);
    if (on) session()?.startTalking();
    else session()?.stopTalking();
  };
  hold.onpointerdown = (event) => {
    hold.setPointerCapture(event.pointerId);
    talk(true);
  };
  hold.onpointerup = hold.onpointercancel = hold.onblur = () => talk(false);
  hold.onkeydown = ({ key, repeat }) => (key === ' ' || key === 'Enter') && !repeat && talk(true);
  hold.onkeyup = () => talk(false);
  hold.oncontextmenu = (event) => event.preventDefault(); // a long touch asks for no menu
}
