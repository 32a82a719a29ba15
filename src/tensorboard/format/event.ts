/**
 * @file The protobuf messages of an event file, by their field numbers. It knows no file.
 *
 * Sources: event.proto, summary.proto, histogram.proto, tensor.proto and tensor_shape.proto in tensorboard/compat/proto.
 * As protoc's encoders do, fields go out in the order of their numbers, and a number that is 0 or a text that is empty
 * is left out, unless it is a member of a `oneof`.
 */
import { PbfWriter } from 'pbf';
import { writeDouble, writeInt64, writePackedDoubles, writeText } from './fields.ts';
import { FOOTER_BYTES, frameRecord, HEADER_BYTES } from './record.ts';

/** The fields of TensorFlow's `HistogramProto`. */
export interface Histogram {
  readonly min: number;
  readonly max: number;
  /** How many values there were, in a bucket or not. */
  readonly num: number;
  readonly sum: number;
  readonly sumSquares: number;
  /** Right edges, ascending. */
  readonly bucketLimits: Float64Array;
  /** As many as there are limits. */
  readonly bucketCounts: Float64Array;
}

/** A `Summary.Image`. */
export interface Image {
  readonly height: number;
  readonly width: number;
  /** How many channels there are. */
  readonly colorspace: number;
  /** A PNG file. */
  readonly encoded: Uint8Array;
}

/** A `TensorProto` of one number or one text. */
export type SmallTensor =
  | { readonly dtype: 'float'; readonly value: number }
  | { readonly dtype: 'double'; readonly value: number }
  /** Of shape `[1]`. */
  | { readonly dtype: 'string'; readonly value: string };

/** A `SummaryMetadata`: which of TensorBoard's plugins a value is for. */
export interface PluginData {
  readonly plugin: string;
  readonly content?: Uint8Array;
}

/** One `Summary.Value`: the tag and one of the others. */
export interface SummaryValue {
  readonly tag: string;
  /** Rounded to float32. */
  readonly simpleValue?: number;
  readonly image?: Image;
  readonly histogram?: Histogram;
  readonly tensor?: SmallTensor;
  readonly metadata?: PluginData;
}

/** One `Event`: the time, and what happened. */
export interface Event {
  /** Seconds since 1970. */
  readonly wallTime: number;
  /** An int64. */
  readonly step?: bigint;
  readonly fileVersion?: string;
  /** An encoded `GraphDef`. */
  readonly graph?: Uint8Array;
  readonly summary?: readonly SummaryValue[];
  /** `SessionLog.START`: the run begins anew at this step. */
  readonly sessionStart?: boolean;
  /** An encoded `RunMetadata` and its name. */
  readonly runMetadata?: { readonly tag: string; readonly metadata: Uint8Array };
  /** The name of the code that wrote the file (`source_metadata.writer`). */
  readonly writer?: string;
}

/** Larger memory than this is given back after use. */
const MOST_KEPT_BYTES = 1 << 20;

let kept = new PbfWriter(new Uint8Array(16 << 10));

/**
 * An event as a record of an event file.
 * @returns a view of memory that the next call writes to
 */
export function encodeEventRecord(event: Event): Uint8Array {
  if (kept.buf.length > MOST_KEPT_BYTES) kept = new PbfWriter(new Uint8Array(16 << 10));
  kept.pos = HEADER_BYTES;
  writeEvent(event, kept);
  kept.realloc(FOOTER_BYTES);
  return frameRecord(kept.buf, kept.pos - HEADER_BYTES);
}

function writeEvent(event: Event, pbf: PbfWriter): void {
  writeDouble(pbf, 1, event.wallTime);
  writeInt64(pbf, 2, event.step ?? 0n);
  if (event.fileVersion !== undefined) pbf.writeStringField(3, event.fileVersion);
  if (event.graph !== undefined) pbf.writeBytesField(4, event.graph);
  if (event.summary !== undefined) pbf.writeMessage(5, writeSummary, event.summary);
  if (event.sessionStart) pbf.writeMessage(7, writeSessionLog, 1);
  if (event.runMetadata !== undefined) pbf.writeMessage(8, writeRunMetadata, event.runMetadata);
  if (event.writer !== undefined) pbf.writeMessage(10, writeText1, event.writer);
}

function writeSessionLog(status: number, pbf: PbfWriter): void {
  pbf.writeVarintField(1, status);
}

function writeRunMetadata({ tag, metadata }: { tag: string; metadata: Uint8Array }, pbf: PbfWriter): void {
  writeText(pbf, 1, tag);
  pbf.writeBytesField(2, metadata);
}

/** A message whose field 1 is a text: `SourceMetadata`. */
function writeText1(text: string, pbf: PbfWriter): void {
  writeText(pbf, 1, text);
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

/** A number goes as a list of one, without a shape: that is a scalar. */
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

/** A `TensorShapeProto`. */
export function writeShape(shape: readonly number[], pbf: PbfWriter): void {
  for (const size of shape) pbf.writeMessage(2, writeDimension, size);
}

function writeDimension(size: number, pbf: PbfWriter): void {
  writeInt64(pbf, 1, BigInt(size));
}

function writeMetadata(metadata: PluginData, pbf: PbfWriter): void {
  pbf.writeMessage(1, writePluginData, metadata);
}

function writePluginData({ plugin, content }: PluginData, pbf: PbfWriter): void {
  writeText(pbf, 1, plugin);
  if (content !== undefined && content.length > 0) pbf.writeBytesField(2, content);
}
