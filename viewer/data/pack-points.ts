/**
 * @file Points as bytes, for another thread or a file. A histogram of 600 bins takes some 400 bytes: counts as in
 * packed-bins.ts, and no default edges.
 */
import { BytesReader, BytesWriter } from './bytes.ts';
import { DEFAULT_EDGES, placeInDefaultEdges } from './clamped-bins.ts';
import { countCodeOf, PackedBins } from './packed-bins.ts';
import { type Bins, type HistogramPoint, type PointSummary, SUMMARY_NAMES, type ViewerPoint } from './points.ts';

const KINDS = ['histogram', 'scalar', 'text', 'image', 'restart', 'notShown'] as const satisfies ViewerPoint['kind'][];

/** Of a store as bytes. */
export const STORE_FORMAT = 'layertap store 1';

export function packPoints(points: readonly ViewerPoint[]): Uint8Array<ArrayBuffer> {
  const writer = new BytesWriter();
  for (const point of points) writePoint(writer, point);
  return writer.finish();
}

/** @throws RangeError for other bytes */
export function unpackPoints(bytes: Uint8Array): ViewerPoint[] {
  const reader = new BytesReader(bytes);
  const points: ViewerPoint[] = [];
  while (!reader.isAtEnd) points.push(readPoint(reader));
  return points;
}

export function writePoint(writer: BytesWriter, point: ViewerPoint): void {
  const { kind, run } = point;
  writer.whole(KINDS.indexOf(kind));
  writer.name(run);
  if (kind === 'notShown') {
    writer.name(point.what);
    writer.name(point.tag);
    return;
  }
  writer.double(point.step);
  if (kind === 'restart') return;
  writer.name(point.tag);
  writer.double(point.wallTime);
  if (kind === 'histogram') writeHistogram(writer, point);
  else if (kind === 'scalar') writer.double(point.value);
  else if (kind === 'text') {
    writer.whole(point.texts.length);
    for (const text of point.texts) writer.text(text);
  } else {
    // Not integers: a file may claim any size.
    for (const size of [point.width, point.height]) writer.double(size);
    writer.whole(point.images.length);
    for (const image of point.images) writer.bytes(image);
  }
}

export function readPoint(reader: BytesReader): ViewerPoint {
  const number = reader.whole();
  const kind = KINDS[number];
  if (kind === undefined) throw new RangeError(`a point of the unknown kind ${number}`);
  const run = reader.name();
  if (kind === 'notShown') return { kind, run, what: reader.name(), tag: reader.name() };
  const step = reader.double();
  if (kind === 'restart') return { kind, run, step };
  const head = { run, step, tag: reader.name(), wallTime: reader.double() };
  if (kind === 'histogram') return { kind, ...head, ...readHistogram(reader) };
  if (kind === 'scalar') return { kind, ...head, value: reader.double() };
  if (kind === 'text') return { kind, ...head, texts: Array.from({ length: reader.whole() }, () => reader.text()) };
  const [width, height, count] = [reader.double(), reader.double(), reader.whole()];
  // Copies, so that they do not keep the message alive.
  return { kind, ...head, width, height, images: Array.from({ length: count }, () => reader.bytes().slice()) };
}

function writeHistogram(
  writer: BytesWriter,
  { step, lastStep = step, points = 1, bins, summary }: HistogramPoint,
): void {
  writer.whole(points);
  if (points > 1) writer.double(lastStep);
  let present = 0;
  SUMMARY_NAMES.forEach((name, i) => {
    if (summary[name] !== 0) present |= 1 << i;
  });
  writer.whole(present);
  for (const name of SUMMARY_NAMES) if (summary[name] !== 0) writer.double(summary[name]);
  const place = placeInDefaultEdges(bins.edges);
  writer.whole(bins.edges.length - 1);
  writer.whole(place + 1);
  if (place < 0) writer.doubles(bins.edges);
  writer.bytes(countCodeOf(bins));
}

function readHistogram(reader: BytesReader): Pick<HistogramPoint, 'bins' | 'summary' | 'lastStep' | 'points'> {
  const points = reader.whole();
  const several = points > 1 ? { points, lastStep: reader.double() } : {};
  const present = reader.whole();
  const summary = {} as Record<keyof PointSummary, number>;
  SUMMARY_NAMES.forEach((name, i) => {
    summary[name] = present & (1 << i) ? reader.double() : 0;
  });
  return { ...several, summary, bins: readBins(reader) };
}

function readBins(reader: BytesReader): Bins {
  const size = reader.whole();
  const place = reader.whole() - 1;
  const edges = place < 0 ? reader.doubles(size + 1) : DEFAULT_EDGES.subarray(place, place + size + 1);
  const code = reader.bytes();
  if (edges.length !== size + 1) throw new RangeError(`${size} bins from default edge ${place} on`);
  return new PackedBins(edges, code);
}
