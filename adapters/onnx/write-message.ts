/**
 * @file Writes protobuf messages as lists of chunks, most of them views of a file, which are joined once, at the end.
 * Source: https://protobuf.dev/programming-guides/encoding/
 */

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

export const textField = (field: number, text: string): Chunks => messageField(field, [new TextEncoder().encode(text)]);

export const integerField = (field: number, value: number): Chunks => [varint(field * 8), varint(value)];

/* Attributes of a NodeProto. The last field is their AttributeProto.AttributeType. */

export const integerAttribute = (name: string, value: number): Chunks =>
  messageField(5, [...textField(1, name), ...integerField(3, value), ...integerField(20, 2)]);

/** @param tensor a TensorProto */
export const tensorAttribute = (name: string, tensor: Chunks): Chunks =>
  messageField(5, [...textField(1, name), ...messageField(5, tensor), ...integerField(20, 4)]);

export function joined(chunks: Chunks): Uint8Array {
  const bytes = new Uint8Array(sizeOf(chunks));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
