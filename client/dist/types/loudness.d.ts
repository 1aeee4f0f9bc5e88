/**
 * From 0 to 1, for a meter: the root of the mean square.
 * @param {AnalyserNode} analyser
 */
export function levelOf(analyser: AnalyserNode): number;
export function isSilent(pcm: ArrayBuffer): boolean;
export function isLoud(pcm: ArrayBuffer): boolean;
