/** How loud it is. Licence: Apache-2.0 */

const VOICE_SAMPLE = 1000; // of 32767: louder than hiss

/**
 * From 0 to 1, for a meter: the root of the mean square.
 * @param {AnalyserNode} analyser
 */
export function levelOf(analyser) {
  const samples = new Float32Array(analyser.fftSize);
  analyser.getFloatTimeDomainData(samples);
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}

/**
 * Whether a chunk of 16-bit PCM holds nothing, as of a microphone that is switched off.
 * @param {ArrayBuffer} pcm
 */
export const isSilent = (pcm) => new Int16Array(pcm).every((sample) => sample === 0);

/**
 * Whether a chunk of 16-bit PCM may hold a voice.
 * @param {ArrayBuffer} pcm
 */
export const isLoud = (pcm) => new Int16Array(pcm).some((sample) => Math.abs(sample) > VOICE_SAMPLE);
