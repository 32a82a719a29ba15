/**
 * @file The protobuf messages of an event file, read.
 *
 * Sources: event.proto, summary.proto and histogram.proto in tensorboard/compat/proto; what TensorBoard makes of older
 * forms: tensorboard/data_compat.py.
 */
import {
  doubleOf,
  type Field,
  fieldsOf,
  floatOf,
  integerOf,
  MalformedMessage,
  messageOf,
  NumberList,
  textOf,
} from '../format/wire.ts';
import { decodeTensor, type Tensor } from './decode-tensor.ts';
import type { LoggedBins, LoggedEvent } from './logged-event.ts';

type Stamp = { readonly wallTime: number; readonly step: number };

/** Decodes the events of one file, in their order: which plugin a tag is for may be said in its first record alone. */
export class EventDecoder {
  readonly #plugins: Map<string, string> = new Map();

  /**
   * What one record says: nothing, one thing, or several values of a summary.
   * @throws MalformedMessage
   */
  decode(data: Uint8Array): LoggedEvent[] {
    let [wallTime, step, version, writer] = [0, 0, '', ''];
    const events: ((stamp: Stamp) => LoggedEvent[])[] = [];
    for (const field of fieldsOf(data)) {
      if (field.number === 1) wallTime = doubleOf(field);
      else if (field.number === 2) step = integerOf(field);
      else if (field.number === 3) version = textOf(field);
      else if (field.number === 4) events.push((stamp) => [{ ...stamp, kind: 'graph', graph: messageOf(field) }]);
      else if (field.number === 5) events.push((stamp) => this.#summary(messageOf(field), stamp));
      else if (field.number === 7) events.push((stamp) => sessionLog(messageOf(field), stamp));
      else if (field.number === 10)
        for (const inner of fieldsOf(messageOf(field))) if (inner.number === 1) writer = textOf(inner);
    }
    const stamp = { wallTime, step };
    const first: LoggedEvent[] = version === '' ? [] : [{ ...stamp, kind: 'version', version, writer }];
    return first.concat(events.flatMap((event) => event(stamp)));
  }

  #summary(message: Uint8Array, stamp: Stamp): LoggedEvent[] {
    const values: LoggedEvent[] = [];
    for (const field of fieldsOf(message)) {
      if (field.number !== 1) continue;
      const value = this.#value(messageOf(field), stamp);
      if (value !== undefined) values.push(value);
    }
    return values;
  }

  #value(message: Uint8Array, { wallTime, step }: Stamp): LoggedEvent | undefined {
    let [tag, plugin, content, hasMetadata] = ['', '', new Uint8Array(0) as Uint8Array, false];
    // Of those that exclude each other the last one counts.
    let value: Field | undefined;
    for (const field of fieldsOf(message)) {
      if (field.number === 1) tag = textOf(field);
      else if (field.number === 9) {
        hasMetadata = true;
        [plugin, content] = pluginOf(messageOf(field));
      } else if (field.number !== 7) value = field;
    }
    if (hasMetadata) this.#plugins.set(tag, plugin);
    else plugin = this.#plugins.get(tag) ?? '';
    const head = { wallTime, step, tag };
    switch (value?.number) {
      case undefined:
        return hasMetadata ? { ...head, kind: 'plugin', plugin, content } : undefined;
      case 2:
        return { ...head, kind: 'scalar', value: floatOf(value) };
      case 4:
        return { ...head, kind: 'image', ...imageOf(messageOf(value)) };
      case 5:
        return { ...head, kind: 'histogram', ...histogramOf(messageOf(value)) };
      case 8: {
        const known = fromTensor(decodeTensor(messageOf(value)), plugin);
        if (known !== undefined) return { ...head, ...known };
        return { ...head, kind: 'plugin', plugin, content, tensor: messageOf(value) };
      }
      default:
        return undefined;
    }
  }
}

const SESSION_START = 1;

function sessionLog(message: Uint8Array, stamp: Stamp): LoggedEvent[] {
  for (const field of fieldsOf(message)) {
    if (field.number === 1 && integerOf(field) === SESSION_START) return [{ ...stamp, kind: 'start' }];
  }
  return [];
}

function pluginOf(metadata: Uint8Array): [name: string, content: Uint8Array] {
  let [name, content] = ['', new Uint8Array(0) as Uint8Array];
  for (const field of fieldsOf(metadata)) {
    if (field.number !== 1) continue;
    for (const inner of fieldsOf(messageOf(field))) {
      if (inner.number === 1) name = textOf(inner);
      else if (inner.number === 2) content = messageOf(inner);
    }
  }
  return [name, content];
}

function imageOf(message: Uint8Array): { width: number; height: number; images: Uint8Array[] } {
  let [width, height] = [0, 0];
  const images: Uint8Array[] = [];
  for (const field of fieldsOf(message)) {
    if (field.number === 1) height = integerOf(field);
    else if (field.number === 2) width = integerOf(field);
    else if (field.number === 4) images.push(messageOf(field));
  }
  return { width, height, images };
}

function histogramOf(message: Uint8Array) {
  const statistics = { min: 0, max: 0, num: 0, sum: 0, sumSquares: 0 };
  const limits = new NumberList(8);
  const counts = new NumberList(8);
  for (const field of fieldsOf(message)) {
    if (field.number === 1) statistics.min = doubleOf(field);
    else if (field.number === 2) statistics.max = doubleOf(field);
    else if (field.number === 3) statistics.num = doubleOf(field);
    else if (field.number === 4) statistics.sum = doubleOf(field);
    else if (field.number === 5) statistics.sumSquares = doubleOf(field);
    else if (field.number === 6) limits.add(field);
    else if (field.number === 7) counts.add(field);
  }
  if (limits.length !== counts.length) {
    throw new MalformedMessage(`a histogram has ${limits.length} bucket limits and ${counts.length} counts`);
  }
  return { bins: binsOf(limits.numbers, counts.numbers, statistics), statistics };
}

/** TensorFlow's outermost limits stand for no limit. */
const NO_LIMIT = 1e308;

/**
 * The older form holds right edges only. An empty bucket in front is how PyTorch says where the next one begins; where
 * the first bucket is not empty, as in TensorFlow, it begins with the smallest value.
 *
 *     limits   1 2 3 4           counts   0 5 0 2
 *     lefts    1 2 3                      5 0 2
 *     rights     2 3 4
 */
function binsOf(limits: Float64Array, counts: Float64Array, { min, max }: { min: number; max: number }): LoggedBins {
  const isBegun = counts.length > 1 && counts[0] === 0;
  let edges = limits;
  if (!isBegun && limits.length > 0) {
    edges = new Float64Array(limits.length + 1);
    edges.set(limits, 1);
    edges[0] = Math.min(min, limits[0]!);
  }
  const last = edges.length - 1;
  if (edges[0]! <= -NO_LIMIT) edges[0] = Math.min(min, edges[1]!);
  if (edges[last]! >= NO_LIMIT) edges[last] = Math.max(max, edges[last - 1]!);
  return { lefts: edges.subarray(0, -1), rights: edges.subarray(1), counts: isBegun ? counts.subarray(1) : counts };
}

/** What a tensor is, by the plugin that it is for. */
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
  const utf8 = new TextDecoder();
  if (plugin === 'text' && texts !== undefined) {
    return { kind: 'text', texts: texts.map((text) => utf8.decode(text)) } as const;
  }
  if (plugin === 'images' && texts !== undefined && texts.length >= 2) {
    const [width, height] = texts.slice(0, 2).map((text) => Number(utf8.decode(text)));
    return { kind: 'image', width: width!, height: height!, images: texts.slice(2) } as const;
  }
  return undefined;
}
