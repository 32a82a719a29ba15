import { checkShape } from './check-shape.ts';
import { checkUnicode } from './check-unicode.ts';
import { describe, typeName } from './describe.ts';
import { bitsPerElement, DTYPES, isDtype, type SafetensorsDtype } from './dtype.ts';
import { METADATA } from './limits.ts';

/** One tensor of a header, checked. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  /** Bytes from the start of the buffer. */
  readonly begin: number;
  readonly end: number;
}

/**
 * The tensors of a parsed header, in the order of their bytes.
 * @param size bytes in the buffer, which the tensors must fill without gaps
 */
export function checkTensors(header: Record<string, unknown>, size: number): TensorEntry[] {
  const tensors = Object.entries(header)
    .filter(([name]) => name !== METADATA)
    .map(([name, value]) => checkTensor(name, value, size));
  // An empty tensor takes no bytes: it comes before the one that begins at the same place.
  tensors.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let end = 0;
  let before = '';
  for (const { name, begin, end: next } of tensors) {
    const where = `safetensors: tensor ${describe(name)} begins at byte ${begin}`;
    if (begin < end) throw new Error(`${where}, inside tensor ${before}, which ends at ${end}`);
    if (begin > end) throw new Error(`${where}: bytes ${end} to ${begin} belong to no tensor`);
    end = next;
    before = describe(name);
  }
  if (end < size) {
    throw new Error(`safetensors: the tensors take ${end} bytes, but the file has ${size} after its header`);
  }
  return tensors;
}

function checkTensor(name: string, value: unknown, size: number): TensorEntry {
  const where = `safetensors: tensor ${describe(name)}`;
  checkUnicode(name, `${where}: the name`);
  if (typeName(value) !== 'Object') throw new Error(`${where} must be an object, got ${describe(value)}`);
  const { dtype, shape, data_offsets: offsets } = value as Record<string, unknown>;
  if (!isDtype(dtype)) {
    throw new Error(`${where}: dtype must be one of ${DTYPES}; got ${describe(dtype)}`);
  }
  const count = checkShape(shape, where);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(Number.isSafeInteger)) {
    throw new Error(`${where}: data_offsets must be [begin, end], two whole numbers, got ${describe(offsets)}`);
  }
  const [begin, end] = offsets as [number, number];
  if (begin < 0 || Object.is(begin, -0) || begin > end || end > size) {
    const range = `0 <= begin <= end <= ${size}, the bytes after the header`;
    throw new Error(`${where}: data_offsets must have ${range}; got ${describe(offsets)}`);
  }
  const bytes = (count * bitsPerElement(dtype)) / 8;
  if (end - begin !== bytes) {
    const given = `data_offsets ${describe(offsets)} give ${end - begin}`;
    throw new Error(`${where}: shape ${describe(shape)} of ${dtype} takes ${bytes} bytes, ${given}`);
  }
  return { name, dtype, shape: shape as number[], begin, end };
}
