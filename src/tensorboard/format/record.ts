/**
 * @file The framing of a TFRecord file; all numbers are little-endian:
 *
 *     | length: uint64 | masked CRC of the 8 bytes before: uint32 | data | masked CRC of data: uint32 |
 *
 * Source: tensorboard/summary/writer/record_writer.py.
 */
import { foldCrc32c } from '../../kernels/index.ts';
import { crc32c } from './crc32c.ts';

/** The length and its checksum, before the data. */
export const HEADER_BYTES = 12;

/** The checksum of the data, which follows them. */
export const FOOTER_BYTES = 4;

/** From this length on, folding the bytes first is faster. */
const FOLD_FROM = 4096;

/** The checksum of a TFRecord file: a CRC-32C, {@link mask}ed, of all bytes or of some. */
export function maskedCrc(bytes: Uint8Array, start = 0, end: number = bytes.length): number {
  return mask(crc32c(bytes, -1, start, end));
}

/** {@link maskedCrc} for writing. Reading does not use it, so that a page that only reads ships no kernels. */
function foldedCrc(bytes: Uint8Array): number {
  const folded = bytes.length < FOLD_FROM ? undefined : foldCrc32c(bytes);
  return folded === undefined ? maskedCrc(bytes) : mask(crc32c(folded, 0));
}

/**
 * Rotates and shifts a CRC, so that a checksum over data that contains checksums stays a good one.
 * Source: `masked_crc32c` in tensorboard/compat/tensorflow_stub/pywrap_tensorflow.py.
 * @returns an unsigned 32-bit integer
 */
function mask(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/**
 * Frames data that is already in its place in a buffer.
 * @param buffer with the data from {@link HEADER_BYTES} on, and {@link FOOTER_BYTES} free after it
 * @returns the record: a view of the buffer
 */
export function frameRecord(buffer: Uint8Array, length: number): Uint8Array {
  const view = new DataView(buffer.buffer, buffer.byteOffset);
  view.setBigUint64(0, BigInt(length), true);
  view.setUint32(8, maskedCrc(buffer.subarray(0, 8)), true);
  const end = HEADER_BYTES + length;
  view.setUint32(end, foldedCrc(buffer.subarray(HEADER_BYTES, end)), true);
  return buffer.subarray(0, end + FOOTER_BYTES);
}
