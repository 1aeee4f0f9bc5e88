/** Pictures on their way to Gemini. Licence: Apache-2.0 */

import { toBase64 } from './base64.js';
import { LiveError } from './errors.js';

const loadCamera = () => import('./livetoken-video.js'); // most pages never need it

/** @param {Uint8Array} jpeg */
const frameOf = (jpeg) => ({ realtimeInput: { video: { data: toBase64(jpeg), mimeType: 'image/jpeg' } } });

export class Video {
  #channel;
  /** @type {import('./livetoken-video.js').Camera | null} */
  #camera = null;

  /** @param {import('./channel.js').Channel} channel */
  constructor(channel) {
    this.#channel = channel;
  }

  /** @param {Blob} picture */
  async show(picture) {
    const { toJpeg } = await loadCamera();
    const bitmap = await createImageBitmap(picture);
    this.#channel.send(frameOf(await toJpeg(bitmap, bitmap.width, bitmap.height)));
  }

  /**
   * Resolves with the stream; rejects with a LiveError.
   * @param {'camera' | 'screen'} kind
   */
  async start(kind) {
    const { Camera } = await loadCamera();
    this.close();
    this.#camera = new Camera();
    try {
      return await this.#camera.open(kind, (jpeg) => this.#channel.sendNow(frameOf(jpeg)));
    } catch (cause) {
      this.close();
      throw new LiveError('video_failed', { cause });
    }
  }

  close() {
    this.#camera?.close();
    this.#camera = null;
  }
}
