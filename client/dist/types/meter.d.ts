/** The ring around the button: how loud it is. Licence: Apache-2.0 */
/**
 * Show it as long as the conversation lasts, unless the visitor wants less motion.
 * @param {import('./session.js').Session} session
 * @param {import('./view.js').View} view
 */
export function followLoudness(session: import("./session.js").Session, view: import("./view.js").View): void;
