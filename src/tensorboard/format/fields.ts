/** @file Protobuf fields as protoc's encoders write them, where pbf has no method that does. */
import type { PbfWriter } from 'pbf';
import { LITTLE_ENDIAN } from './endian.ts';

/** -0 is not the default value and is written, as by protoc's encoders. */
export function writeDouble(pbf: PbfWriter, field: number, value: number): void {
  if (!Object.is(value, 0)) pbf.writeDoubleField(field, value);
}

/** A text of proto3: left out where it is empty. */
export function writeText(pbf: PbfWriter, field: number, text: string): void {
  if (text !== '') pbf.writeStringField(field, text);
}

/** pbf takes numbers, which are exact to 2^53 only; so the seven-bit groups of a varint are split off here. */
export function writeInt64(pbf: PbfWriter, field: number, value: bigint): void {
  if (value === 0n) return;
  pbf.writeTag(field, 0);
  pbf.realloc(10);
  let rest = BigInt.asUintN(64, value);
  for (; rest > 0x7fn; rest >>= 7n) pbf.buf[pbf.pos++] = Number(rest & 0x7fn) | 0x80;
  pbf.buf[pbf.pos++] = Number(rest);
}

/** A `repeated double`: one copy of all the bytes, where the machine keeps numbers in the order of the format. */
export function writePackedDoubles(pbf: PbfWriter, field: number, values: Float64Array): void {
  if (values.length === 0) return;
  pbf.writeTag(field, 2);
  pbf.writeVarint(values.byteLength);
  pbf.realloc(values.byteLength);
  if (LITTLE_ENDIAN) pbf.buf.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), pbf.pos);
  else for (let i = 0; i < values.length; i++) pbf.dataView.setFloat64(pbf.pos + i * 8, values[i]!, true);
  pbf.pos += values.byteLength;
}
