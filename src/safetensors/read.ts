import { readValues, type SafetensorsArrays, type SafetensorsDtype } from './dtypes.ts';
import { parseHeader, type TensorEntry } from './header.ts';
import { quoteName } from './strict-json.ts';

/** One tensor of a file. Its `dtype` says which array its `data` are. */
export type SafetensorsTensor = { [D in SafetensorsDtype]: TensorOf<D> }[SafetensorsDtype];

interface TensorOf<D extends SafetensorsDtype> {
  /**
   * The values in row-major order: a copy, owned by the caller, made at the first read. F32, F16, BF16 and F64 become a
   * Float32Array, integers the array of their type, BOOL a Uint8Array of 0 and 1.
   * @throws Error for any other type; the message names the tensor and the type
   */
  readonly data: D extends keyof SafetensorsArrays ? SafetensorsArrays[D] : never;
  /** The sizes of the dimensions, outermost first; empty for a scalar. */
  readonly shape: number[];
  /** The type in the file. */
  readonly dtype: D;
  /** The values as they are in the file, little-endian: a view of it. Not enumerable. */
  readonly bytes: Uint8Array;
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
 * the array of its type. Tensors of other types (F8_E4M3, C64, …) are in the Map with their type and shape; reading
 * their `data` throws.
 *
 * The whole header is checked first, so that untrusted files can be read. Values are copied out of the file when a tensor's
 * `data` is first read: unread tensors cost nothing, and a copy takes no more memory than its bytes in the file (F16 and
 * BF16: twice that). Until then the tensor refers to `bytes`, which must not change.
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
          const where = `safetensors: tensor ${quoteName(name)}`;
          if (part.length !== end - begin) throw new Error(`${where}: the file's memory is gone`);
          const data = readValues(part, dtype, where);
          Object.defineProperty(tensor, 'data', { value: data, writable: true });
          return data;
        },
        shape: [...shape],
        dtype,
      };
      Object.defineProperty(tensor, 'bytes', { value: part });
      return [name, tensor as SafetensorsTensor];
    }),
  );
}

/** Where the tensors of a file are, without their values. */
export interface SafetensorsHeader {
  /** By name, in the order of their bytes. `begin` and `end` are bytes from the start of the file. */
  readonly tensors: ReadonlyMap<string, Omit<TensorEntry, 'name'>>;
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * Reads the header of a file that is too large for memory, or far away: its first 8 bytes are the length N of the header,
 * little-endian, and the next N are the header. Checks it as {@link readSafetensors} does, and throws the same errors.
 * @param head the first 8 + N bytes, or more
 * @param size the bytes of the whole file
 */
export function readSafetensorsHeader(head: Uint8Array | ArrayBuffer, size: number): SafetensorsHeader {
  const { tensors, metadata, start } = parseHeader(head, size);
  const entries = tensors.map(
    ({ name, begin, end, ...rest }) => [name, { ...rest, begin: start + begin, end: start + end }] as const,
  );
  return { tensors: new Map(entries), metadata };
}

/**
 * Reads the `__metadata__` of a .safetensors file: text that its writer added, such as `format: pt`. Empty if it has
 * none. Checks the file as {@link readSafetensors} does, and throws the same errors, but copies no tensor.
 *
 * @param bytes the whole file
 */
export function readSafetensorsMetadata(bytes: Uint8Array | ArrayBuffer): Map<string, string> {
  return parseHeader(bytes).metadata;
}
