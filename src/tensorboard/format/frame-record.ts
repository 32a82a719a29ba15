import { kernels } from '../../kernels/index.ts';
import { crc32c } from './crc32c.ts';
import { FOOTER_BYTES, HEADER_BYTES, mask, maskedCrc } from './record.ts';

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
  view.setUint32(end, maskedCrcOfData(buffer.subarray(HEADER_BYTES, end)), true);
  return buffer.subarray(0, end + FOOTER_BYTES);
}

/** From so many bytes on it is faster to shorten them first. */
const MANY = 4096;

/** As {@link maskedCrc}, with the kernels: who writes histograms has them, who only reads need not load them. */
function maskedCrcOfData(bytes: Uint8Array): number {
  if (bytes.length < MANY) return maskedCrc(bytes);
  // The first bytes were inverted before they were folded: the register begins with 0.
  return mask(crc32c(kernels().foldCrc32c(bytes), 0));
}
