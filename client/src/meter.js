/** The ring around the button: how loud it is. Licence: Apache-2.0 */

/**
 * Show it as long as the conversation lasts, unless the visitor wants less motion.
 * @param {import('./session.js').Session} session
 * @param {import('./view.js').View} view
 */
export function followLoudness(session, view) {
  if (/closed|failed/.test(session.state) || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  const { input, output } = session.levels;
  view.meter(Math.max(input, output));
  requestAnimationFrame(() => followLoudness(session, view));
}
