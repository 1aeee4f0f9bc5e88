/** @param {string} path of 24 by 24 */
export function icon(path: string): SVGSVGElement;
/** The pictures on the buttons. Licence: Apache-2.0 */
export const MICROPHONE: "M12 3a3 3 0 0 0-3 3v6a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3M6 11v1a6 6 0 0 0 12 0v-1M12 18v3";
export const SILENCED: "M12 3a3 3 0 0 0-3 3v6a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3M6 11v1a6 6 0 0 0 12 0v-1M12 18v3M4 4l16 16";
export const LOUDSPEAKER: "M4 10v4h3l5 4V6l-5 4zM16 9a4 4 0 0 1 0 6";
export const CROSS: "M6 6l12 12M18 6L6 18";
export const ARROW: "M5 12h14M13 6l6 6-6 6";
