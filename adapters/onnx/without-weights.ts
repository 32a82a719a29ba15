/** @file A model whose weights stay where they are: in the file that it was read from. */
import { FieldReader } from '../../src/adapter.ts';
import { type Chunks, integerField, joined, messageField, textField } from './write-message.ts';

/** Smaller ones are not worth a reference to them. */
const SMALLEST = 1024;

/** TensorProto.DataLocation.EXTERNAL. */
const EXTERNAL = 1;

/**
 * The same model, whose large weights are references to ranges of the bytes that are given. So a model that is made of it
 * takes some KB instead of another copy of the weights.
 * Source: https://onnx.ai/onnx/repo-docs/ExternalData.html
 * @param location what the references call the file
 */
export function withoutWeights(bytes: Uint8Array, location: string): Uint8Array {
  const chunks: Uint8Array[] = [];
  const field = new FieldReader(bytes);
  while (field.next()) {
    if (field.number === 7) chunks.push(...messageField(7, graphChunks(bytes, field.message(), location)));
    else chunks.push(field.raw());
  }
  return joined(chunks);
}

function graphChunks(bytes: Uint8Array, field: FieldReader, location: string): Chunks {
  const chunks: Uint8Array[] = [];
  while (field.next()) {
    const reference = field.number === 5 ? referenceTo(bytes, field.message(), location) : undefined;
    if (reference === undefined) chunks.push(field.raw());
    else chunks.push(...messageField(5, reference));
  }
  return chunks;
}

/** A tensor by reference; undefined where it is small, or elsewhere already. */
function referenceTo(bytes: Uint8Array, field: FieldReader, location: string): Chunks | undefined {
  const rest: Uint8Array[] = [];
  let values: Uint8Array | undefined;
  while (field.next()) {
    if (field.number === 13 || field.number === 14) return undefined;
    // raw_data; packed floats and doubles are the same bytes.
    if (field.number === 9 || ((field.number === 4 || field.number === 10) && isPacked(field))) {
      if (values !== undefined) return undefined;
      values = field.bytes();
    } else rest.push(field.raw());
  }
  if (values === undefined || values.length < SMALLEST) return undefined;
  const entries = { location, offset: values.byteOffset - bytes.byteOffset, length: values.length };
  return [
    ...rest,
    ...Object.entries(entries).flatMap(([key, value]) =>
      messageField(13, [...textField(1, key), ...textField(2, String(value))]),
    ),
    ...integerField(14, EXTERNAL),
  ];
}

/** Many numbers in one field. One alone has no length. */
const isPacked = (field: FieldReader) => (field.raw()[0]! & 7) === 2;
