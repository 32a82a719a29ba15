import crc32 from 'crc-32/crc32c.js';
import { kernels } from '../../kernels/index.ts';

/** From so many bytes on it is faster to shorten them first. */
const MANY = 4096;

/** The CRC-32C (Castagnoli) of some bytes. @returns a signed 32-bit integer */
export function crc32c(bytes: Uint8Array): number {
  if (bytes.length < MANY) return crc32.buf(bytes);
  // The library inverts the register that it is given, and the shortened bytes are to begin with 0.
  return crc32.buf(kernels().foldCrc32c(bytes), -1);
}
