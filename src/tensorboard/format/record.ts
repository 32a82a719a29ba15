/** @file The framing of a TFRecord file, which knows nothing of what its records hold. */
import { crc32c } from './crc32c.ts';

/** The length and its checksum, before the data. */
export const HEADER_BYTES = 12;

/** The checksum of the data, behind it. */
export const FOOTER_BYTES = 4;

/**
 * The CRC-32C of some bytes in the form that TFRecord files store it: rotated and shifted, so that a checksum over
 * data which itself holds checksums stays a good one.
 * Source: `masked_crc32c` in tensorboard/compat/tensorflow_stub/pywrap_tensorflow.py.
 * @returns an unsigned 32-bit integer
 */
export function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/**
 * Makes a record of a TFRecord file of data that stands in its place in a buffer; all numbers little-endian:
 *
 *     | length: uint64 | masked CRC of the 8 bytes before: uint32 | data | masked CRC of data: uint32 |
 *
 * Source: tensorboard/summary/writer/record_writer.py.
 * @param buffer with data from {@link HEADER_BYTES} on, and {@link FOOTER_BYTES} of room behind it
 * @returns the record: the part of the buffer that it takes
 */
export function frameRecord(buffer: Uint8Array, length: number): Uint8Array {
  const view = new DataView(buffer.buffer, buffer.byteOffset);
  view.setBigUint64(0, BigInt(length), true);
  view.setUint32(8, maskedCrc(buffer.subarray(0, 8)), true);
  const end = HEADER_BYTES + length;
  view.setUint32(end, maskedCrc(buffer.subarray(HEADER_BYTES, end)), true);
  return buffer.subarray(0, end + FOOTER_BYTES);
}
