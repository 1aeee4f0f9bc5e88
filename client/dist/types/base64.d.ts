export function toBase64(bytes: Uint8Array): string;
export function fromBase64(text: string): Uint8Array<ArrayBuffer>;
