/** @file The bytes of the two WebAssembly binaries. */
import { digits, relaxed, shift, simd } from './binaries.ts';

export type BinaryName = 'relaxed' | 'simd';

const TEXTS: Record<BinaryName, string> = { relaxed, simd };

/** The bytes of an embedded binary: each, plus `shift`, is a digit, after a space if it is above 87, after a `!` if it is above 175. */
export function binaryBytes(name: BinaryName): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  let above = 0;
  for (const character of TEXTS[name]) {
    if (character === ' ') above = digits.length;
    else if (character === '!') above = 2 * digits.length;
    else {
      // Negative numbers wrap around.
      bytes.push(above + digits.indexOf(character) - shift);
      above = 0;
    }
  }
  return Uint8Array.from(bytes);
}

/** The best binary that this engine validates; undefined without WebAssembly SIMD. */
export function bestBinary(): { name: BinaryName; bytes: Uint8Array<ArrayBuffer> } | undefined {
  if (typeof WebAssembly === 'undefined') return undefined;
  for (const name of ['relaxed', 'simd'] as const) {
    const bytes = binaryBytes(name);
    if (WebAssembly.validate(bytes)) return { name, bytes };
  }
  return undefined;
}
