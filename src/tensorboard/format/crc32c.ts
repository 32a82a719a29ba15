/**
 * @file CRC-32C, the checksum of TFRecord files: the remainder of the bytes, as one long polynomial over GF(2), modulo the
 * Castagnoli polynomial 0x1EDC6F41, with bits reflected.
 *
 * Eight bytes a step, with eight tables: table k maps a byte to its effect on the register when k bytes follow it.
 *
 *     register ^ | b0 b1 b2 b3 | b4 b5 b6 b7 |    two aligned words
 *     tables        7  6  5  4    3  2  1  0      one look-up per byte, all xored
 *
 * Source: Kounavis and Berry, "A systematic approach to building high performance software-based CRC generators", 2005.
 * The tests compare it with a bit-by-bit implementation.
 */
import { LITTLE_ENDIAN } from './number-list.ts';

const POLYNOMIAL = 0x82f63b78;

/**
 * Maps a byte to its effect on the register of a CRC.
 * @param polynomial with bits reflected
 */
export function crcTable(polynomial: number): Int32Array {
  return Int32Array.from({ length: 256 }, (_, byte) => {
    let register = byte;
    for (let bit = 0; bit < 8; bit++) register = register & 1 ? (register >>> 1) ^ polynomial : register >>> 1;
    return register;
  });
}

/** All eight in one array, whose length the engine knows. 8 KB fit a first-level cache. */
const TABLES = new Int32Array(8 * 256);
TABLES.set(crcTable(POLYNOMIAL));
for (let at = 256; at < TABLES.length; at++) {
  const before = TABLES[at - 256]!;
  TABLES[at] = (before >>> 8) ^ TABLES[before & 255]!;
}

/**
 * @param register its value before the first byte: all ones at the start of a checksum
 * @returns an unsigned 32-bit integer
 */
export function crc32c(bytes: Uint8Array, register = -1): number {
  const { length } = bytes;
  let at = 0;
  if (LITTLE_ENDIAN && length >= 16) {
    const aligned = -bytes.byteOffset & 3;
    for (; at < aligned; at++) register = (register >>> 8) ^ TABLES[(register ^ bytes[at]!) & 255]!;
    const words = new Int32Array(bytes.buffer, bytes.byteOffset + at, (length - at) >>> 2);
    const pairs = words.length & ~1;
    for (let i = 0; i < pairs; i += 2) {
      const low = words[i]! ^ register;
      const high = words[i + 1]!;
      register =
        TABLES[1792 + (low & 255)]! ^
        TABLES[1536 + ((low >>> 8) & 255)]! ^
        TABLES[1280 + ((low >>> 16) & 255)]! ^
        TABLES[1024 + (low >>> 24)]! ^
        TABLES[768 + (high & 255)]! ^
        TABLES[512 + ((high >>> 8) & 255)]! ^
        TABLES[256 + ((high >>> 16) & 255)]! ^
        TABLES[high >>> 24]!;
    }
    at += pairs * 4;
  }
  for (; at < length; at++) register = (register >>> 8) ^ TABLES[(register ^ bytes[at]!) & 255]!;
  return ~register >>> 0;
}
