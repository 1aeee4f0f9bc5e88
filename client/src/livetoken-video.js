/** Pictures of camera and screen; loaded when a page shows the first one. Licence: Apache-2.0 */

const LONGER_SIDE = 768; // pixels; the model looks at no more

/**
 * A picture as the bytes of a JPEG.
 * @param {CanvasImageSource} source
 * @param {number} width
 * @param {number} height
 */
export async function toJpeg(source, width, height) {
  const scale = Math.min(1, LONGER_SIDE / Math.max(width, height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.getContext('2d')?.drawImage(source, 0, 0, canvas.width, canvas.height);
  /** @type {Blob | null} */
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.8));
  if (!blob) throw new Error('The picture has no pixels.');
  return new Uint8Array(await blob.arrayBuffer());
}

/** One frame a second from the camera or the screen. */
export class Camera {
  #video = document.createElement('video');
  /** @type {MediaStream | null} */
  #stream = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  #closed = false;

  /**
   * Resolves with the stream once pictures flow; rejects when the visitor says no or there is no camera.
   * @param {'camera' | 'screen'} kind
   * @param {(jpeg: Uint8Array) => void} onframe
   * @returns {Promise<MediaStream>}
   */
  async open(kind, onframe) {
    const { mediaDevices } = navigator;
    this.#stream = await (kind === 'screen' ? mediaDevices.getDisplayMedia() : mediaDevices.getUserMedia({ video: true }));
    if (this.#closed) this.close(); // closed while the visitor was asked
    Object.assign(this.#video, { srcObject: this.#stream, muted: true, playsInline: true });
    await this.#video.play();
    const frame = async () => {
      const jpeg = await toJpeg(this.#video, this.#video.videoWidth, this.#video.videoHeight);
      if (!this.#closed) onframe(jpeg);
    };
    this.#timer = setInterval(frame, 1000);
    this.#stream.getVideoTracks()[0].onended = () => this.close(); // the visitor stopped it in the browser
    return this.#stream;
  }

  close() {
    this.#closed = true;
    clearInterval(this.#timer);
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
  }
}
