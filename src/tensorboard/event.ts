/**
 * @file The protobuf messages of an event file, by their field numbers. It knows no file and no framing.
 *
 * Sources: tensorboard/compat/proto/event.proto, summary.proto and histogram.proto. As protoc's encoders do, fields go
 * out in the order of their numbers, and a number that is 0 is left out, unless it is a member of a `oneof`.
 */
import { PbfWriter } from 'pbf';
import type { Histogram } from './histogram.ts';

/** One `Summary.Value`: the tag and one of the others. */
export interface SummaryValue {
  readonly tag: string;
  /** Rounded to float32. */
  readonly simpleValue?: number;
  readonly histogram?: Histogram;
}

/** One `Event`: the time, and what happened. */
export interface Event {
  /** Seconds since 1970. */
  readonly wallTime: number;
  /** An int64. */
  readonly step?: bigint;
  readonly fileVersion?: string;
  readonly summary?: readonly SummaryValue[];
  /** The name of the code that wrote the file (`source_metadata.writer`). */
  readonly writer?: string;
}

export function encodeEvent(event: Event): Uint8Array {
  const pbf = new PbfWriter();
  writeDouble(pbf, 1, event.wallTime);
  writeInt64(pbf, 2, event.step ?? 0n);
  if (event.fileVersion !== undefined) pbf.writeStringField(3, event.fileVersion);
  if (event.summary !== undefined) pbf.writeMessage(5, writeSummary, event.summary);
  if (event.writer !== undefined) pbf.writeMessage(10, writeSourceMetadata, event.writer);
  return pbf.finish();
}

function writeSourceMetadata(writer: string, pbf: PbfWriter): void {
  pbf.writeStringField(1, writer);
}

function writeSummary(values: readonly SummaryValue[], pbf: PbfWriter): void {
  for (const value of values) pbf.writeMessage(1, writeSummaryValue, value);
}

function writeSummaryValue(value: SummaryValue, pbf: PbfWriter): void {
  pbf.writeStringField(1, value.tag);
  if (value.simpleValue !== undefined) pbf.writeFloatField(2, value.simpleValue);
  if (value.histogram !== undefined) pbf.writeMessage(5, writeHistogram, value.histogram);
}

function writeHistogram(histogram: Histogram, pbf: PbfWriter): void {
  writeDouble(pbf, 1, histogram.min);
  writeDouble(pbf, 2, histogram.max);
  writeDouble(pbf, 3, histogram.num);
  writeDouble(pbf, 4, histogram.sum);
  writeDouble(pbf, 5, histogram.sumSquares);
  // pbf's type asks for a mutable array and does not change it.
  pbf.writePackedDouble(6, histogram.bucketLimits as number[]);
  pbf.writePackedDouble(7, histogram.bucketCounts as number[]);
}

/** -0 is not the default value and is written, as by protoc's encoders. */
function writeDouble(pbf: PbfWriter, field: number, value: number): void {
  if (!Object.is(value, 0)) pbf.writeDoubleField(field, value);
}

/** pbf takes numbers, which are exact to 2^53 only; so the seven-bit groups of a varint are split off here. */
function writeInt64(pbf: PbfWriter, field: number, value: bigint): void {
  if (value === 0n) return;
  pbf.writeTag(field, 0);
  pbf.realloc(10);
  let rest = BigInt.asUintN(64, value);
  for (; rest > 0x7fn; rest >>= 7n) pbf.buf[pbf.pos++] = Number(rest & 0x7fn) | 0x80;
  pbf.buf[pbf.pos++] = Number(rest);
}
