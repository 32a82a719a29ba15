/**
 * @file A reader of event files for the tests, with its own checksum: it shares no code with the writer.
 */
import { PbfReader } from 'pbf';

export interface ReadHistogram {
  min: number;
  max: number;
  num: number;
  sum: number;
  sumSquares: number;
  limits: number[];
  counts: number[];
}

export interface ReadEvent {
  wallTime: number;
  /** Exact within the safe integers. */
  step: number;
  fileVersion?: string;
  graph?: Uint8Array;
  writer?: string;
  tag?: string;
  simpleValue?: number;
  histogram?: ReadHistogram;
  image?: { height: number; width: number; colorspace: number; encoded: Uint8Array<ArrayBufferLike> };
  /** The encoded event. */
  bytes: Uint8Array;
}

/** Bit by bit, from the definition: polynomial 0x1EDC6F41, reflected. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

function unmask(masked: number): number {
  const rotated = (masked - 0xa282ead8) >>> 0;
  return ((rotated << 15) | (rotated >>> 17)) >>> 0;
}

/** One for each value of a summary, and one for an event without. Checks both checksums of every record; throws where the file does not end with a whole one. */
export function readEvents(file: Uint8Array): ReadEvent[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const events: ReadEvent[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(view.getBigUint64(at, true));
    const data = file.slice(at + 12, at + 12 + length);
    if (unmask(view.getUint32(at + 8, true)) !== crc32c(file.slice(at, at + 8))) throw new Error('length CRC');
    if (unmask(view.getUint32(at + 12 + length, true)) !== crc32c(data)) throw new Error('data CRC');
    events.push(...readEvent(data));
    at += length + 16;
  }
  return events;
}

export function readEvent(bytes: Uint8Array): ReadEvent[] {
  const values: Partial<ReadEvent>[] = [];
  const event = new PbfReader(bytes).readFields<ReadEvent>(
    (field, event, pbf) => {
      if (field === 1) event.wallTime = pbf.readDouble();
      else if (field === 2) event.step = pbf.readVarint(true);
      else if (field === 3) event.fileVersion = pbf.readString();
      else if (field === 4) event.graph = pbf.readBytes();
      else if (field === 5) pbf.readMessage((_, into) => into.push(pbf.readMessage(readValue, {})), values);
      else if (field === 10) pbf.readMessage((_, into) => (into.writer = pbf.readString()), event);
    },
    { wallTime: 0, step: 0, bytes },
  );
  return values.length === 0 ? [event] : values.map((value) => ({ ...event, ...value }));
}

function readValue(field: number, event: Partial<ReadEvent>, pbf: PbfReader): void {
  if (field === 1) event.tag = pbf.readString();
  else if (field === 2) event.simpleValue = pbf.readFloat();
  else if (field === 4) {
    const empty = { height: 0, width: 0, colorspace: 0, encoded: new Uint8Array(0) as Uint8Array };
    event.image = pbf.readMessage((inner, image, from) => {
      const names = ['height', 'width', 'colorspace'] as const;
      if (inner <= 3) image[names[inner - 1]!] = from.readVarint();
      else image.encoded = from.readBytes();
    }, empty);
  } else if (field === 5) {
    const empty = { min: 0, max: 0, num: 0, sum: 0, sumSquares: 0, limits: [], counts: [] };
    event.histogram = pbf.readMessage(readHistogram, empty);
  }
}

function readHistogram(field: number, histogram: ReadHistogram, pbf: PbfReader): void {
  const names = ['min', 'max', 'num', 'sum', 'sumSquares'] as const;
  if (field <= 5) histogram[names[field - 1]!] = pbf.readDouble();
  else if (field === 6) pbf.readPackedDouble(histogram.limits);
  else if (field === 7) pbf.readPackedDouble(histogram.counts);
}
