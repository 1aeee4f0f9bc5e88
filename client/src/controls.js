/** The visitor's hands: what buttons, keys and pointer do. Licence: Apache-2.0 */

import { preconnect } from './warmup.js';

const INTENT = ['pointerenter', 'focusin', 'touchstart'];

/**
 * @typedef {object} Actions
 * @property {() => import('./session.js').Session | null} session
 * @property {() => Promise<import('./tokens.js').TokenAnswer> | undefined} prefetch a token, where one may be asked for
 * @property {() => void} toggle the floating panel
 * @property {() => void} end the conversation of an open floating panel, and the panel
 * @property {() => void} speak with the microphone, in the conversation that runs
 */

/**
 * @param {import('./element.js').LiveVoice} element
 * @param {import('./view.js').View} view
 * @param {Actions} actions
 */
export function wireControls(element, { main, bubble, mute, voice, volume, form, input, hold }, { session, prefetch, toggle, end, speak }) {
  const ahead = () => { prefetch()?.then(preconnect, () => {}); }; // a click will say what is wrong
  for (const intent of INTENT) element.addEventListener(intent, ahead, { passive: true });
  // Escape may only close the list of an input method.
  element.addEventListener('keydown', ({ key, isComposing }) => key === 'Escape' && !isComposing && end());

  main.onclick = () => (session() ? element.stop() : element.start());
  bubble.onclick = toggle;
  mute.onclick = () => {
    const running = session();
    if (running) running.muted = !running.muted;
  };
  voice.onclick = speak;
  volume.oninput = () => {
    const running = session();
    if (running) running.volume = volume.valueAsNumber;
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    if (input.value.trim()) element.say(input.value.trim());
    input.value = '';
  };
  // Pages take letters for shortcuts, because they see the element and not its text box.
  for (const type of /** @type {const} */ (['keydown', 'keypress', 'keyup'])) {
    input.addEventListener(type, (event) => {
      if (event.key !== 'Escape' && !event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
    });
  }

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
