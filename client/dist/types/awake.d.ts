/**
 * Resume a context whenever it does not run, and at each occasion at which a browser may allow it.
 * @param {AudioContext} context
 * @returns {() => void} ends it
 */
export function keepRunning(context: AudioContext): () => void;
