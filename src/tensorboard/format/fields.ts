/** @file Protobuf fields as protoc's encoders write them, for which pbf has no method. */
import type { PbfWriter } from 'pbf';
import { LITTLE_ENDIAN } from './number-list.ts';

/** -0 is not the default value, so it is written. */
export function writeDouble(pbf: PbfWriter, field: number, value: number): void {
  if (!Object.is(value, 0)) pbf.writeDoubleField(field, value);
}

/** A proto3 string: an empty one is left out. */
export function writeText(pbf: PbfWriter, field: number, text: string): void {
  if (text !== '') pbf.writeStringField(field, text);
}

/** Splits off the seven-bit groups of the varint: pbf takes numbers, which are exact up to 2^53 only. */
export function writeInt64(pbf: PbfWriter, field: number, value: bigint): void {
  if (value === 0n) return;
  pbf.writeTag(field, 0);
  pbf.realloc(10);
  let rest = BigInt.asUintN(64, value);
  for (; rest > 0x7fn; rest >>= 7n) pbf.buf[pbf.pos++] = Number(rest & 0x7fn) | 0x80;
  pbf.buf[pbf.pos++] = Number(rest);
}

/** A `repeated double`, copied in one piece if the byte order allows. */
export function writePackedDoubles(pbf: PbfWriter, field: number, values: Float64Array): void {
  if (values.length === 0) return;
  pbf.writeTag(field, 2);
  pbf.writeVarint(values.byteLength);
  pbf.realloc(values.byteLength);
  if (LITTLE_ENDIAN) pbf.buf.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), pbf.pos);
  else for (let i = 0; i < values.length; i++) pbf.dataView.setFloat64(pbf.pos + i * 8, values[i]!, true);
  pbf.pos += values.byteLength;
}
