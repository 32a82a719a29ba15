import type { SafetensorsDtype } from './dtype.ts';
import { parseHeader } from './parse-header.ts';
import { toFloat32 } from './to-float32.ts';

/** One tensor of a file. */
export interface SafetensorsTensor {
  /** The values in row-major order, as float32 whatever the file has: a copy, owned by the caller. */
  data: Float32Array;
  /** The sizes of the dimensions, outermost first; empty for a scalar. */
  shape: number[];
  /** The type in the file. */
  dtype: SafetensorsDtype;
}

/**
 * Reads a .safetensors file.
 *
 * ```ts
 * const tensors = readSafetensors(await readFile('weights.safetensors'));
 * net.loadStateDict(tensors);
 * ```
 *
 * F32, F16 and BF16 are read exactly; F64 is rounded to the nearest float32. The file is checked as a whole before
 * anything is returned, so that what comes from a stranger can be read: either every tensor is there, or it throws, and
 * the tensors take no more memory than the file (F16 and BF16: twice that).
 *
 * Format: https://huggingface.co/docs/safetensors.
 *
 * @param bytes the whole file
 * @returns the tensors by name, in the order of their bytes in the file; {@link readSafetensorsMetadata} has the rest
 * @throws Error if the bytes are not a valid file, or one of the tensors has a type other than these four; the message
 *   names the tensor, what came and what was expected
 * @throws TypeError if `bytes` is neither a Uint8Array nor an ArrayBuffer
 */
export function readSafetensors(bytes: Uint8Array | ArrayBuffer): Map<string, SafetensorsTensor> {
  const { tensors, buffer } = parseHeader(bytes);
  return new Map(
    tensors.map(({ name, dtype, shape, begin, end }) => {
      const data = toFloat32(buffer.subarray(begin, end), dtype);
      return [name, { data, shape: [...shape], dtype }];
    }),
  );
}
