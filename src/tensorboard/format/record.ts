/** @file The framing of a TFRecord file, which knows nothing of what its records hold. frame-record.ts makes it. */
import { crc32c } from './crc32c.ts';

/** The length and its checksum, before the data. */
export const HEADER_BYTES = 12;

/** The checksum of the data, behind it. */
export const FOOTER_BYTES = 4;

/**
 * A CRC-32C in the form that TFRecord files store it: rotated and shifted, so that a checksum over data which itself
 * holds checksums stays a good one.
 * Source: `masked_crc32c` in tensorboard/compat/tensorflow_stub/pywrap_tensorflow.py.
 * @returns an unsigned 32-bit integer
 */
export function mask(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** The CRC-32C (Castagnoli) of some bytes, {@link mask}ed. */
export function maskedCrc(bytes: Uint8Array): number {
  return mask(crc32c(bytes));
}
