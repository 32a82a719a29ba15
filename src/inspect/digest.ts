/** @file The digest of tensors: equal for equal bits. */
import { encodeUtf8 } from '../check/index.ts';
import { joined } from './joined.ts';
import type { StoredTensor } from './recording.ts';

/** For each float its exponent bits, all of which a NaN and an infinity have set, and the canonical NaN. */
const FLOATS = {
  F16: { array: Uint16Array, exponent: 0x7c00, sign: 0x8000, nan: 0x7e00 },
  BF16: { array: Uint16Array, exponent: 0x7f80, sign: 0x8000, nan: 0x7fc0 },
  F32: { array: Uint32Array, exponent: 0x7f800000, sign: 0x80000000, nan: 0x7fc00000 },
} as const;

/**
 * SHA-256 over the types, shapes and bits of tensors, in hexadecimal. All NaNs count as the same one: neither JavaScript nor
 * WebAssembly says which bits a NaN has.
 * @throws Error in a page that is not served by https, where browsers have no `crypto.subtle`
 */
export async function digestOf(where: string, tensors: readonly StoredTensor[]): Promise<string> {
  const { subtle } = (globalThis as { crypto?: { subtle?: SubtleCrypto } }).crypto ?? {};
  if (subtle === undefined) throw new Error(`${where}: a digest needs crypto.subtle, which pages have on https alone`);
  const parts = tensors.flatMap((tensor) => [
    encodeUtf8(`${tensor.dtype} [${tensor.shape.join(', ')}]\n`),
    canonical(tensor),
  ]);
  const hash = new Uint8Array(await subtle.digest('SHA-256', joined(parts)));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

interface SubtleCrypto {
  digest(algorithm: 'SHA-256', bytes: Uint8Array): Promise<ArrayBuffer>;
}

function canonical({ dtype, data }: StoredTensor): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  if (dtype === 'F64') {
    const floats = new Float64Array(bytes.buffer);
    // A literal, so that its bits do not depend on how it was computed.
    const words = new BigUint64Array(bytes.buffer);
    for (let i = 0; i < floats.length; i++) if (Number.isNaN(floats[i])) words[i] = 0x7ff8000000000000n;
    return bytes;
  }
  if (dtype !== 'F16' && dtype !== 'BF16' && dtype !== 'F32') return bytes;
  const { array, exponent, sign, nan } = FLOATS[dtype];
  const words = new array(bytes.buffer);
  // Without the sign, only a NaN is larger than an infinity.
  for (let i = 0; i < words.length; i++) if ((words[i]! & ~sign) >>> 0 > exponent) words[i] = nan;
  return bytes;
}
