/**
 * @file Encodes the protobuf messages of an event file.
 *
 * Sources: event.proto, summary.proto, histogram.proto, tensor.proto and tensor_shape.proto in tensorboard/compat/proto.
 * As with protoc's encoders, fields are ordered by number, and zero and empty strings are left out unless they belong to a
 * `oneof`.
 */
import { PbfWriter } from 'pbf';
import { writeDouble, writeInt64, writePackedDoubles, writeText } from './fields.ts';
import { FOOTER_BYTES, frameRecord, HEADER_BYTES } from './record.ts';

/** The fields of TensorFlow's `HistogramProto`. */
export interface Histogram {
  readonly min: number;
  readonly max: number;
  /** Number of values, in a bucket or not. */
  readonly num: number;
  readonly sum: number;
  readonly sumSquares: number;
  /** Right edges, ascending. */
  readonly bucketLimits: Float64Array;
  /** One per limit. */
  readonly bucketCounts: Float64Array;
}

/** A `Summary.Image`. */
export interface Image {
  readonly height: number;
  readonly width: number;
  readonly colorspace: number;
  /** A PNG file. */
  readonly encoded: Uint8Array;
}

/** A `TensorProto` of one number or one text. */
export type SmallTensor =
  | { readonly dtype: 'float'; readonly value: number }
  | { readonly dtype: 'double'; readonly value: number }
  /** A text is stored with the shape `[1]`. */
  | { readonly dtype: 'string'; readonly value: string };

/** A `SummaryMetadata`: the TensorBoard plugin that a value is for. */
export interface PluginData {
  readonly plugin: string;
  readonly content?: Uint8Array;
}

/** A `Summary.Value`: the tag and one of the other fields. */
export interface SummaryValue {
  readonly tag: string;
  /** Rounded to float32. */
  readonly simpleValue?: number;
  readonly image?: Image;
  readonly histogram?: Histogram;
  readonly tensor?: SmallTensor;
  readonly metadata?: PluginData;
}

/** An `Event`: the time and one of the other fields. */
export interface Event {
  /** Seconds since 1970. */
  readonly wallTime: number;
  /** Stored as an int64. */
  readonly step?: bigint;
  readonly fileVersion?: string;
  /** An encoded `GraphDef`. */
  readonly graph?: Uint8Array;
  readonly summary?: readonly SummaryValue[];
  /** `SessionLog.START`: the run restarts at this step. */
  readonly sessionStart?: boolean;
  /** An encoded `RunMetadata` and its name. */
  readonly runMetadata?: { readonly tag: string; readonly metadata: Uint8Array };
  /** The software that wrote the file (`source_metadata.writer`). */
  readonly writer?: string;
}

/** A larger buffer is not kept for the next record. */
const MOST_KEPT_BYTES = 1 << 20;

let kept = new PbfWriter(new Uint8Array(16 << 10));

/**
 * Encodes an event as a record of an event file.
 * @returns a view of a buffer that the next call overwrites
 */
export function encodeEventRecord(event: Event): Uint8Array {
  if (kept.buf.length > MOST_KEPT_BYTES) kept = new PbfWriter(new Uint8Array(16 << 10));
  kept.pos = HEADER_BYTES;
  writeEvent(event, kept);
  kept.realloc(FOOTER_BYTES);
  return frameRecord(kept.buf, kept.pos - HEADER_BYTES);
}

export const FILE_VERSION = 'brain.Event:2';

/**
 * The first record of every event file: its version and its writer. The name is that of PyTorch's writer, since the
 * files are the same.
 * Source: `EventFileWriter.__init__` in tensorboard/summary/writer/event_file_writer.py.
 * @param wallTime seconds since 1970
 */
export function encodeFileHeader(wallTime: number): Uint8Array {
  const writer = 'tensorboard.summary.writer.event_file_writer';
  return encodeEventRecord({ wallTime, fileVersion: FILE_VERSION, writer });
}

function writeEvent(event: Event, pbf: PbfWriter): void {
  writeDouble(pbf, 1, event.wallTime);
  writeInt64(pbf, 2, event.step ?? 0n);
  if (event.fileVersion !== undefined) pbf.writeStringField(3, event.fileVersion);
  if (event.graph !== undefined) pbf.writeBytesField(4, event.graph);
  if (event.summary !== undefined) pbf.writeMessage(5, writeSummary, event.summary);
  if (event.sessionStart) pbf.writeMessage(7, (status, into) => into.writeVarintField(1, status), SESSION_START);
  if (event.runMetadata !== undefined) pbf.writeMessage(8, writeRunMetadata, event.runMetadata);
  if (event.writer !== undefined) pbf.writeMessage(10, (writer, into) => writeText(into, 1, writer), event.writer);
}

const SESSION_START = 1;

function writeRunMetadata({ tag, metadata }: { tag: string; metadata: Uint8Array }, pbf: PbfWriter): void {
  writeText(pbf, 1, tag);
  pbf.writeBytesField(2, metadata);
}

function writeSummary(values: readonly SummaryValue[], pbf: PbfWriter): void {
  for (const value of values) pbf.writeMessage(1, writeSummaryValue, value);
}

function writeSummaryValue(value: SummaryValue, pbf: PbfWriter): void {
  writeText(pbf, 1, value.tag);
  if (value.simpleValue !== undefined) pbf.writeFloatField(2, value.simpleValue);
  if (value.image !== undefined) pbf.writeMessage(4, writeImage, value.image);
  if (value.histogram !== undefined) pbf.writeMessage(5, writeHistogram, value.histogram);
  if (value.tensor !== undefined) pbf.writeMessage(8, writeTensor, value.tensor);
  if (value.metadata !== undefined) pbf.writeMessage(9, writeMetadata, value.metadata);
}

function writeImage({ height, width, colorspace, encoded }: Image, pbf: PbfWriter): void {
  pbf.writeVarintField(1, height);
  pbf.writeVarintField(2, width);
  pbf.writeVarintField(3, colorspace);
  pbf.writeBytesField(4, encoded);
}

function writeHistogram(histogram: Histogram, pbf: PbfWriter): void {
  writeDouble(pbf, 1, histogram.min);
  writeDouble(pbf, 2, histogram.max);
  writeDouble(pbf, 3, histogram.num);
  writeDouble(pbf, 4, histogram.sum);
  writeDouble(pbf, 5, histogram.sumSquares);
  writePackedDoubles(pbf, 6, histogram.bucketLimits);
  writePackedDoubles(pbf, 7, histogram.bucketCounts);
}

/** A number is stored as a list of one number without a shape, which is a scalar. */
function writeTensor({ dtype, value }: SmallTensor, pbf: PbfWriter): void {
  if (dtype === 'float') {
    pbf.writeVarintField(1, 1);
    pbf.writePackedFloat(5, [value]);
  } else if (dtype === 'double') {
    pbf.writeVarintField(1, 2);
    writePackedDoubles(pbf, 6, Float64Array.of(value));
  } else {
    pbf.writeVarintField(1, 7);
    pbf.writeMessage(2, writeShape, [1]);
    pbf.writeStringField(8, value);
  }
}

export function writeShape(shape: readonly number[], pbf: PbfWriter): void {
  for (const size of shape) pbf.writeMessage(2, (one, into) => writeInt64(into, 1, BigInt(one)), size);
}

function writeMetadata(metadata: PluginData, pbf: PbfWriter): void {
  pbf.writeMessage(1, writePluginData, metadata);
}

function writePluginData({ plugin, content }: PluginData, pbf: PbfWriter): void {
  writeText(pbf, 1, plugin);
  if (content !== undefined && content.length > 0) pbf.writeBytesField(2, content);
}
