/** Sound goes on after a phone call, in a tab that comes back, and where a browser waits for a touch. Licence: Apache-2.0 */

const OCCASIONS = ['pointerdown', 'touchend', 'keydown', 'visibilitychange'];

/**
 * Resume a context whenever it does not run, and at each occasion at which a browser may allow it.
 * @param {AudioContext} context
 * @returns {() => void} ends it
 */
export function keepRunning(context) {
  const resume = () => {
    // iOS says "interrupted" while somebody is on the phone.
    if (context.state !== 'running' && context.state !== 'closed') context.resume().catch(() => {}); // the next occasion may be better
  };
  resume();
  context.addEventListener('statechange', resume);
  for (const occasion of OCCASIONS) document.addEventListener(occasion, resume, { capture: true });
  return () => {
    context.removeEventListener('statechange', resume);
    for (const occasion of OCCASIONS) document.removeEventListener(occasion, resume, { capture: true });
  };
}
