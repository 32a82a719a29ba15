/** @file The framing of a TFRecord file, which knows nothing of what its records hold. */
import crc32c from 'crc-32/crc32c.js';

/** The length and its checksum, before the data. */
export const HEADER_BYTES = 12;

/** What a record has beside its data. */
export const FRAME_BYTES = 16;

/**
 * The CRC-32C of some bytes in the form that TFRecord files store it: rotated and shifted, so that a checksum over
 * data which itself holds checksums stays a good one.
 * Source: `masked_crc32c` in tensorboard/compat/tensorflow_stub/pywrap_tensorflow.py.
 * @returns an unsigned 32-bit integer
 */
export function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c.buf(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/**
 * Frames data as one record of a TFRecord file, all numbers little-endian:
 *
 *     | length: uint64 | masked CRC of the 8 bytes before: uint32 | data | masked CRC of data: uint32 |
 *
 * Source: tensorboard/summary/writer/record_writer.py.
 */
export function encodeRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(data.length + FRAME_BYTES);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc(record.subarray(0, 8)), true);
  record.set(data, HEADER_BYTES);
  view.setUint32(data.length + HEADER_BYTES, maskedCrc(data), true);
  return record;
}
