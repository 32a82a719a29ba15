import { describe } from './describe.ts';
import type { SafetensorsArrays, SafetensorsDtype } from './dtype.ts';
import { parseHeader } from './parse-header.ts';
import { readValues } from './read-values.ts';

/** One tensor of a file: its `dtype` says which array its `data` are. */
export type SafetensorsTensor = { [D in SafetensorsDtype]: TensorOf<D> }[SafetensorsDtype];

interface TensorOf<D extends SafetensorsDtype> {
  /**
   * The values in row-major order: a copy, owned by the caller, made when it is first asked for. F32, F16, BF16 and F64
   * become a Float32Array; integers their own arrays; BOOL a Uint8Array of 0 and 1.
   * @throws Error for a type that is not read; the message names the tensor and the type
   */
  readonly data: D extends keyof SafetensorsArrays ? SafetensorsArrays[D] : never;
  /** The sizes of the dimensions, outermost first; empty for a scalar. */
  readonly shape: number[];
  /** The type in the file. */
  readonly dtype: D;
}

/**
 * Reads a .safetensors file.
 *
 * ```ts
 * const tensors = readSafetensors(await readFile('weights.safetensors'));
 * net.loadStateDict(tensors);
 * ```
 *
 * F32, F16 and BF16 are read exactly; F64 is rounded to the nearest float32. Integers and BOOL keep their values, each in
 * the array of its type. Tensors of other types (F8_E4M3, C64, …) are in the Map with their type and shape; asking for
 * their `data` throws.
 *
 * The header is checked as a whole before anything is returned, so that a file from a stranger can be read. Values are
 * copied out of the file when a tensor's `data` is first read: what is not asked for costs nothing, and a copy takes no
 * more memory than its bytes in the file (F16 and BF16: twice that). Until then the tensor refers to `bytes`, which must
 * not change meanwhile.
 *
 * Format: https://huggingface.co/docs/safetensors.
 *
 * @param bytes the whole file
 * @returns the tensors by name, in the order of their bytes in the file; {@link readSafetensorsMetadata} has the rest
 * @throws Error if the bytes are not a valid file; the message names the tensor, what came and what was expected
 * @throws TypeError if `bytes` is neither a Uint8Array nor an ArrayBuffer
 */
export function readSafetensors(bytes: Uint8Array | ArrayBuffer): Map<string, SafetensorsTensor> {
  const { tensors, buffer } = parseHeader(bytes);
  return new Map(
    tensors.map(({ name, dtype, shape, begin, end }) => {
      const part = buffer.subarray(begin, end);
      const tensor = {
        get data() {
          if (part.length !== end - begin)
            throw new Error(`safetensors: tensor ${describe(name)}: the file's memory is gone`);
          const data = readValues(part, dtype, name);
          // From now on a plain property, like the others.
          Object.defineProperty(tensor, 'data', { value: data, writable: true });
          return data;
        },
        shape: [...shape],
        dtype,
      };
      return [name, tensor as SafetensorsTensor];
    }),
  );
}
