/**
 * @file Decodes the protobuf messages of an event file.
 *
 * Sources: event.proto, summary.proto and histogram.proto in tensorboard/compat/proto; how TensorBoard converts older
 * forms: tensorboard/data_compat.py.
 */
import { decodeUtf8 } from '../../check/index.ts';
import { FieldReader, MalformedMessage } from '../../protobuf/index.ts';
import { type AllocateNumbers, NumberList } from '../format/number-list.ts';
import { audioTensor, decodeTensor, type Tensor } from './decode-tensor.ts';
import type { LoggedBins, LoggedEvent, LoggedSession } from './logged-event.ts';
import { type TakeScalar, takePlainScalar } from './plain-scalar.ts';
import { TextTable } from './text-table.ts';

type Stamp = { readonly wallTime: number; readonly step: number };

/** Decodes the events of one file, in order: the plugin of a tag may be in its first record only. */
export class EventDecoder {
  readonly #plugins: Map<string, string> = new Map();
  readonly #tags: TextTable = new TextTable();

  /** Passes the record to `take` if it is one scalar and nothing else. @returns whether it is */
  takePlainScalar(bytes: Uint8Array, view: DataView, start: number, end: number, take: TakeScalar): boolean {
    return takePlainScalar(bytes, view, start, end, this.#tags, take);
  }

  /**
   * The events of one record: none, one, or several values of a summary.
   * @param allocate memory for the numbers of older histograms. Default: new memory for each list
   * @throws MalformedMessage
   */
  decode(data: Uint8Array, allocate?: AllocateNumbers): LoggedEvent[] {
    let [wallTime, step, version, writer] = [0, 0, '', ''];
    // The other fields are decoded later: time and step may come after them.
    const positions: number[] = [];
    const fields = new FieldReader(data);
    while (fields.next()) {
      if (fields.number === 1) wallTime = fields.double();
      else if (fields.number === 2) step = fields.integer();
      else if (fields.number === 3) version = fields.text();
      else if (fields.number === 10) {
        for (const inner = fields.message(); inner.next(); ) if (inner.number === 1) writer = inner.text();
      } else positions.push(fields.position);
    }
    const stamp = { wallTime, step };
    const events: LoggedEvent[] = version === '' ? [] : [{ ...stamp, kind: 'version', version, writer }];
    for (const position of positions) {
      fields.seek(position);
      if (fields.number === 5) this.#summary(fields.message(), stamp, events, allocate);
      else if (fields.number === 4) events.push({ ...stamp, kind: 'graph', graph: fields.bytes() });
      else if (fields.number === 6) events.push({ ...stamp, kind: 'message', ...messageOf(fields.message()) });
      else if (fields.number === 7) events.push({ ...stamp, ...sessionOf(fields.message()) });
      else if (fields.number === 8) events.push({ ...stamp, kind: 'runMetadata', ...metadataOf(fields.message()) });
      else if (fields.number === 9) events.push({ ...stamp, kind: 'metaGraph', ...metaGraphOf(fields) });
    }
    return events;
  }

  #summary(fields: FieldReader, stamp: Stamp, events: LoggedEvent[], allocate: AllocateNumbers | undefined): void {
    while (fields.next()) {
      if (fields.number !== 1) continue;
      const value = this.#value(fields.message(), stamp, allocate);
      if (value !== undefined) events.push(value);
    }
  }

  #value(
    fields: FieldReader,
    { wallTime, step }: Stamp,
    allocate: AllocateNumbers | undefined,
  ): LoggedEvent | undefined {
    let [tag, plugin, content, hasMetadata] = ['', '', NOTHING, false];
    // Fields 2 to 8, but for 7, are a oneof: the last one counts.
    let position = -1;
    let node: Uint8Array | undefined;
    while (fields.next()) {
      if (fields.number === 1) tag = this.#tags.text(fields.bytes());
      else if (fields.number === 9) {
        hasMetadata = true;
        [plugin, content] = pluginOf(fields.message());
      } else if (fields.number === 7) node = fields.bytes();
      else if (fields.number <= 8) position = fields.position;
    }
    // TensorFlow's oldest tensors have a node name and no tag.
    if (tag === '' && node !== undefined) tag = this.#tags.text(node);
    if (hasMetadata) this.#plugins.set(tag, plugin);
    else plugin = this.#plugins.get(tag) ?? '';
    if (position < 0) return hasMetadata ? { wallTime, step, tag, kind: 'plugin', plugin, content } : undefined;
    fields.seek(position);
    switch (fields.number) {
      case 2:
        return { wallTime, step, tag, kind: 'scalar', value: fields.float() };
      case 4:
        return { wallTime, step, tag, kind: 'image', ...imageOf(fields.message()) };
      case 5:
        return { wallTime, step, tag, kind: 'histogram', ...histogramOf(fields.message(), allocate) };
      case 6:
        return { wallTime, step, tag, kind: 'plugin', ...audioTensor(fields.message()) };
      case 8: {
        const decoded = fromTensor(decodeTensor(fields.message()), plugin);
        if (decoded !== undefined) return { wallTime, step, tag, ...decoded };
        return { wallTime, step, tag, kind: 'plugin', plugin, content, tensor: fields.bytes() };
      }
      default:
        // Field 3, a histogram format of before 2016 that TensorBoard does not read either.
        return { wallTime, step, tag, kind: 'plugin', plugin, content };
    }
  }
}

const NOTHING: Uint8Array = new Uint8Array(0);

const SESSION_START = 1;
const SESSIONS: readonly LoggedSession['status'][] = ['unknown', 'unknown', 'stop', 'checkpoint'];

function sessionOf(log: FieldReader) {
  let [status, checkpointPath, message] = [0, '', ''];
  while (log.next()) {
    if (log.number === 1) status = log.integer();
    else if (log.number === 2) checkpointPath = log.text();
    else if (log.number === 3) message = log.text();
  }
  if (status !== SESSION_START) {
    return { kind: 'session', status: SESSIONS[status] ?? 'unknown', checkpointPath, message } as const;
  }
  return { kind: 'start', ...(checkpointPath && { checkpointPath }), ...(message && { message }) } as const;
}

function messageOf(log: FieldReader): { level: number; message: string } {
  let [level, message] = [0, ''];
  while (log.next()) {
    if (log.number === 1) level = log.integer();
    else if (log.number === 2) message = log.text();
  }
  return { level, message };
}

function metadataOf(tagged: FieldReader): { tag: string; metadata: Uint8Array } {
  let [tag, metadata] = ['', NOTHING];
  while (tagged.next()) {
    if (tagged.number === 1) tag = tagged.text();
    else if (tagged.number === 2) metadata = tagged.bytes();
  }
  return { tag, metadata };
}

function metaGraphOf(field: FieldReader): { metaGraph: Uint8Array; graph?: Uint8Array } {
  const metaGraph = field.bytes();
  let graph: Uint8Array | undefined;
  for (const inner = field.message(); inner.next(); ) if (inner.number === 2) graph = inner.bytes();
  return graph === undefined ? { metaGraph } : { metaGraph, graph };
}

function pluginOf(metadata: FieldReader): [name: string, content: Uint8Array] {
  let [name, content] = ['', NOTHING];
  while (metadata.next()) {
    if (metadata.number !== 1) continue;
    for (const inner = metadata.message(); inner.next(); ) {
      if (inner.number === 1) name = inner.text();
      else if (inner.number === 2) content = inner.bytes();
    }
  }
  return [name, content];
}

function imageOf(fields: FieldReader): { width: number; height: number; images: Uint8Array[] } {
  let [width, height] = [0, 0];
  const images: Uint8Array[] = [];
  while (fields.next()) {
    if (fields.number === 1) height = fields.integer();
    else if (fields.number === 2) width = fields.integer();
    else if (fields.number === 4) images.push(fields.bytes());
  }
  return { width, height, images };
}

function histogramOf(fields: FieldReader, allocate: AllocateNumbers | undefined) {
  const statistics = { min: 0, max: 0, num: 0, sum: 0, sumSquares: 0 };
  const limits = new NumberList(8, allocate);
  const counts = new NumberList(8, allocate);
  while (fields.next()) {
    if (fields.number === 1) statistics.min = fields.double();
    else if (fields.number === 2) statistics.max = fields.double();
    else if (fields.number === 3) statistics.num = fields.double();
    else if (fields.number === 4) statistics.sum = fields.double();
    else if (fields.number === 5) statistics.sumSquares = fields.double();
    else if (fields.number === 6) limits.add(fields);
    else if (fields.number === 7) counts.add(fields);
  }
  if (limits.length !== counts.length) {
    throw new MalformedMessage(`a histogram has ${limits.length} bucket limits and ${counts.length} counts`);
  }
  return { bins: binsOf(limits.numbers, counts.numbers, statistics), statistics };
}

/**
 * The older form stores right edges only. As in TensorBoard's data_compat.py, empty buckets at both ends are dropped, the
 * first bucket left begins at the smallest value, and the last one ends at the largest.
 *
 *     limits   1 2 3 4 5         counts   0 5 0 2 0     min 1.5, max 3.5
 *     lefts    1.5 2 3                    5 0 2
 *     rights       2 3 3.5
 *
 * Unlike there, an end stays at its limit if the smallest or largest value cannot bound the bucket, or lies beyond the limit
 * while some values are in no bucket: then it is one of those.
 */
function binsOf(
  limits: Float64Array,
  counts: Float64Array,
  { min, max, num }: { min: number; max: number; num: number },
): LoggedBins {
  let [start, end] = [0, counts.length];
  while (start < end && counts[start] === 0) start++;
  while (end > start && counts[end - 1] === 0) end--;
  // The limits are our copy. Another is needed only if nothing is left of the first bucket.
  let edges = limits;
  if (start === 0 && end > 0) {
    edges = new Float64Array(end + 1);
    edges.set(limits.subarray(0, end), 1);
    edges[0] = min <= limits[0]! ? min : limits[0]!;
  } else if (start < end) edges = limits.subarray(start - 1, end);
  else edges = limits.subarray(0, 1);
  const last = edges.length - 1;
  if (last > 0) {
    const [low, high, second, lastButOne] = [edges[0]!, edges[last]!, edges[1]!, edges[last - 1]!];
    // The sum is needed only if an extreme is beyond its limit.
    const isBeyond = (min < low && min > -Infinity) || (max > high && max < Infinity);
    const mayWiden = isBeyond && !(num > sumOf(counts));
    if (low <= -NO_LIMIT) edges[0] = min <= second ? min : second;
    else if (min <= second && (min >= low || (mayWiden && min > -Infinity))) edges[0] = min;
    if (high >= NO_LIMIT) edges[last] = max >= lastButOne ? max : lastButOne;
    else if (max >= lastButOne && (max <= high || (mayWiden && max < Infinity))) edges[last] = max;
  }
  return { lefts: edges.subarray(0, -1), rights: edges.subarray(1), counts: counts.subarray(start, end) };
}

function sumOf(counts: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) sum += counts[i]!;
  return sum;
}

/** TensorFlow's outermost limits mean no limit. */
const NO_LIMIT = 1e308;

/** The event of a tensor, by its plugin; undefined if it is not decoded further. */
function fromTensor({ numbers, texts, shape }: Tensor, plugin: string) {
  if (plugin === 'scalars' && numbers?.length === 1) return { kind: 'scalar', value: numbers[0]! } as const;
  if (plugin === 'histograms' && numbers !== undefined && shape.length === 2 && shape[1] === 3) {
    const column = (offset: number) => {
      const one = new Float64Array(shape[0]!);
      for (let i = 0; i < one.length; i++) one[i] = numbers[i * 3 + offset]!;
      return one;
    };
    return { kind: 'histogram', bins: { lefts: column(0), rights: column(1), counts: column(2) } } as const;
  }
  if (plugin === 'text' && texts !== undefined) {
    return { kind: 'text', texts: texts.map(decodeUtf8) } as const;
  }
  if (plugin === 'images' && texts !== undefined && texts.length >= 2) {
    const [width, height] = texts.slice(0, 2).map((text) => Number(decodeUtf8(text)));
    return { kind: 'image', width: width!, height: height!, images: texts.slice(2) } as const;
  }
  return undefined;
}
