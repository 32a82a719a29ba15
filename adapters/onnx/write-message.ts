/**
 * @file Writes protobuf messages as lists of chunks, most of them views of a file, which are joined once, at the end.
 * Source: https://protobuf.dev/programming-guides/encoding/
 */
import { encodeUtf8, type FieldReader } from '../../src/adapter.ts';

export type Chunks = readonly Uint8Array[];

const LENGTH = 2;

/** @param value a non-negative integer */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

const sizeOf = (chunks: Chunks) => chunks.reduce((size, { length }) => size + length, 0);

export const messageField = (field: number, chunks: Chunks): Chunks => [
  varint(field * 8 + LENGTH),
  varint(sizeOf(chunks)),
  ...chunks,
];

export const textField = (field: number, text: string): Chunks => messageField(field, [encodeUtf8(text)]);

export const integerField = (field: number, value: number): Chunks => [varint(field * 8), varint(value)];

/* Attributes of a NodeProto. The last field is their AttributeProto.AttributeType. */

export const integerAttribute = (name: string, value: number): Chunks =>
  messageField(5, [...textField(1, name), ...integerField(3, value), ...integerField(20, 2)]);

/** @param tensor a TensorProto */
export const tensorAttribute = (name: string, tensor: Chunks): Chunks =>
  messageField(5, [...textField(1, name), ...messageField(5, tensor), ...integerField(20, 4)]);

/** The fields of a message. `map` is called at each, and may replace it; undefined leaves it as it is. */
export function mapFields(message: FieldReader, map: () => Chunks | undefined): Chunks {
  const chunks: Uint8Array[] = [];
  while (message.next()) {
    const mapped = map();
    if (mapped === undefined) chunks.push(message.raw());
    else chunks.push(...mapped);
  }
  return chunks;
}

/* Nodes and inputs, as fields of a GraphProto. */

export const node = (
  op: string,
  inputs: readonly string[],
  output: string,
  attributes: Chunks = [],
  name = '',
): Chunks =>
  messageField(1, [
    ...inputs.flatMap((input) => textField(1, input)),
    ...textField(2, output),
    ...(name === '' ? [] : textField(3, name)),
    ...textField(4, op),
    ...attributes,
  ]);

/** @param type a TensorProto.DataType @param values its elements, of which a tensor of strings has none here */
export const tensor = (type: number, dims: readonly number[], values: ArrayBufferView): Chunks => [
  ...dims.flatMap((size) => integerField(1, size)),
  ...integerField(2, type),
  ...(values.byteLength === 0
    ? []
    : messageField(9, [new Uint8Array(values.buffer, values.byteOffset, values.byteLength)])),
];

/** An input of a graph. @param dims undefined: any rank, or any size */
export function inputField(name: string, type: number, dims: readonly (number | undefined)[] | undefined): Chunks {
  const shape = dims?.flatMap((size) => messageField(1, size === undefined ? [] : integerField(1, size)));
  const typed = [...integerField(1, type), ...(shape === undefined ? [] : messageField(2, shape))];
  return messageField(11, [...textField(1, name), ...messageField(2, messageField(1, typed))]);
}

export const constantNode = (output: string, type: number, dims: readonly number[], values: ArrayBufferView): Chunks =>
  node('Constant', [], output, tensorAttribute('value', tensor(type, dims, values)));

export function joined(chunks: Chunks): Uint8Array {
  const bytes = new Uint8Array(sizeOf(chunks));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
