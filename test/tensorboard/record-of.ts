import { frameRecord } from '../../src/tensorboard/format/record.ts';

/** Data as a record of a file. */
export function recordOf(data: Uint8Array): Uint8Array {
  const buffer = new Uint8Array(data.length + 16);
  buffer.set(data, 12);
  return frameRecord(buffer, data.length);
}
