/** What a message says of an array whose memory was transferred. */
export const GONE = 'its memory is gone; a transfer by postMessage or structuredClone takes it away, a copy does not';

/** Whether the memory of an array was transferred. An empty array looks the same from outside. */
export function isDetached({ buffer }: ArrayBufferView): boolean {
  if (buffer.byteLength > 0) return false;
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}
