import { frameRecord } from '../../src/tensorboard/format/record.ts';

/** A record with the given data. */
export function recordOf(data: Uint8Array): Uint8Array {
  const buffer = new Uint8Array(data.length + 16);
  buffer.set(data, 12);
  return frameRecord(buffer, data.length);
}
