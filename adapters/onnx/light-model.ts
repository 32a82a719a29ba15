/**
 * @file A model without its large weights, which it refers to as byte ranges of its own file: some KB instead of a copy.
 * Source: https://onnx.ai/onnx/repo-docs/ExternalData.html
 */
import { FieldReader } from '../../src/adapter.ts';
import { type Chunks, integerField, joined, messageField, textField } from './write-message.ts';

/** Bytes in memory, or in a file that is read in pieces. */
export interface Bytes {
  readonly size: number;
  /** A view or a copy, shorter where the bytes end. */
  read(from: number, to: number): Uint8Array;
}

export const inMemory = (bytes: Uint8Array): Bytes => ({
  size: bytes.length,
  read: (from, to) => bytes.subarray(from, to),
});

/** Smaller models are kept whole. */
const MIN_MODEL_BYTES = 16_384;
/** Smaller weights are not worth a reference. */
const MIN_WEIGHT_BYTES = 1024;
/** TensorProto.DataLocation.EXTERNAL. */
const EXTERNAL = 1;

/**
 * @param location the name of the file in the references
 * @throws MalformedMessage, RangeError for bytes that are not a ModelProto
 */
export function lightModel(file: Bytes, location: string): Uint8Array {
  if (file.size < MIN_MODEL_BYTES) return file.read(0, file.size);
  return joined(
    [...fieldsOf(file, 0, file.size)].flatMap((field) => {
      if (field.number !== 7) return field.raw();
      const graph = [...fieldsOf(file, ...field.value)].flatMap((part) =>
        part.number === 5 ? lightWeight(file, part, location) : part.raw(),
      );
      return messageField(7, graph);
    }),
  );
}

/** A field that has not been read. */
interface Field {
  readonly number: number;
  readonly hasLength: boolean;
  readonly value: readonly [start: number, end: number];
  /** With its key. */
  raw(): Uint8Array;
}

/** More than a key and a length have. */
const MAX_HEAD = 32;

function* fieldsOf(file: Bytes, from: number, to: number): Generator<Field> {
  for (let at = from; at < to; ) {
    const start = at;
    const head = new FieldReader(file.read(start, Math.min(start + MAX_HEAD, to)), undefined, 0, to - start);
    head.next();
    const { number, hasLength } = head;
    const value = [start + head.valueRange[0], start + head.valueRange[1]] as const;
    at = value[1];
    yield { number, hasLength, value, raw: () => file.read(start, value[1]) };
  }
}

/** The field of a weight, a TensorProto, with its values by reference; as it is if it is small or refers to a file already. */
function lightWeight(file: Bytes, weight: Field, location: string): Chunks {
  if (weight.value[1] - weight.value[0] < MIN_WEIGHT_BYTES) return [weight.raw()];
  const rest: Uint8Array[] = [];
  let values: Field | undefined;
  for (const field of fieldsOf(file, ...weight.value)) {
    if (field.number === 13 || field.number === 14) return [weight.raw()];
    // raw_data, or packed floats or doubles, whose bytes are the same.
    if (field.number === 9 || ((field.number === 4 || field.number === 10) && field.hasLength)) {
      if (values !== undefined) return [weight.raw()];
      values = field;
    } else rest.push(field.raw());
  }
  if (values === undefined) return [weight.raw()];
  const [start, end] = values.value;
  if (end - start < MIN_WEIGHT_BYTES) return [weight.raw()];
  const entries = { location, offset: start, length: end - start };
  return messageField(5, [
    ...rest,
    ...Object.entries(entries).flatMap(([key, value]) =>
      messageField(13, [...textField(1, key), ...textField(2, String(value))]),
    ),
    ...integerField(14, EXTERNAL),
  ]);
}
