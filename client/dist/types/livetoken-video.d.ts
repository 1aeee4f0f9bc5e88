/**
 * A picture as the bytes of a JPEG.
 * @param {CanvasImageSource} source
 * @param {number} width
 * @param {number} height
 */
export function toJpeg(source: CanvasImageSource, width: number, height: number): Promise<Uint8Array<ArrayBuffer>>;
/** One frame a second from the camera or the screen. */
export class Camera {
    /**
     * Resolves with the stream once pictures flow; rejects when the visitor says no or there is no camera.
     * @param {'camera' | 'screen'} kind
     * @param {(jpeg: Uint8Array) => void} onframe
     * @returns {Promise<MediaStream>}
     */
    open(kind: "camera" | "screen", onframe: (jpeg: Uint8Array) => void): Promise<MediaStream>;
    close(): void;
    #private;
}
