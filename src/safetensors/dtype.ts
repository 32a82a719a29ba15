/** The element types that are read; all of them become float32. */
export type SafetensorsDtype = 'F32' | 'F16' | 'BF16' | 'F64';

// A Map, because a file may well name a dtype "constructor".
const BYTES: ReadonlyMap<string, number> = new Map<SafetensorsDtype, number>([
  ['F32', 4],
  ['F16', 2],
  ['BF16', 2],
  ['F64', 8],
]);

/** The names of the element types that are read, for messages. */
export const DTYPES: string = [...BYTES.keys()].join(', ');

/** Whether `name` is an element type that is read. */
export function isDtype(name: unknown): name is SafetensorsDtype {
  return typeof name === 'string' && BYTES.has(name);
}

/** Bytes per element. */
export function bytesPerElement(dtype: SafetensorsDtype): number {
  return BYTES.get(dtype)!;
}
