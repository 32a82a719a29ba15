/** @file Keeping outputs: copies of their tensors up to a limit of bytes, or their statistics. */
import { absorb, isThenable } from '../check/index.ts';
import { forEachTensor, type Hookable, optionsOf, readerOf, summaryOf, type TensorReader } from '../hooks/index.ts';
import { withTensors } from './tree.ts';
import { sizeOf } from './values.ts';

/** The default of the option `limit`, in bytes. */
export const LIMIT = 1e9;

/** An output with copies of its tensors. What else is in it stays the same. */
export function copyOf(output: unknown, reader: TensorReader | undefined): unknown {
  if (reader === undefined) return output;
  const isTensor = (value: unknown) => reader.is(value);
  return withTensors(output, isTensor, (tensor) => reader.keep(tensor));
}

/** Frees copies of tensors: as the module does, or by their own `dispose`. */
export function freeCopy(copy: unknown, module: Hookable): void {
  const [reader, { memory }] = [readerOf(module), optionsOf(module)];
  if (memory !== undefined) memory.free(reader, [copy], []);
  else if (reader !== undefined) {
    const free = (tensor: unknown) => (tensor as { dispose?: () => void }).dispose?.();
    forEachTensor(copy, (value) => reader.is(value), free);
  }
}

/**
 * An output with the statistics of its tensors in their place.
 * @returns a promise if they have to be awaited
 */
export function statisticsOf(where: string, output: unknown, reader: TensorReader | undefined): unknown {
  if (reader === undefined) return output;
  const waiting: PromiseLike<unknown>[] = [];
  const isTensor = (value: unknown) => reader.is(value);
  // Two walks: the second one puts the statistics in place when all have arrived.
  const statistics: unknown[] = [];
  const found = withTensors(output, isTensor, (tensor) => {
    const i = statistics.length;
    const summary = summaryOf(where, reader, tensor);
    statistics.push(summary);
    if (!isThenable(summary)) return summary;
    const stored = summary.then((read) => {
      statistics[i] = read;
    });
    absorb(stored);
    waiting.push(stored);
    return tensor;
  });
  if (waiting.length === 0) return found;
  let next = 0;
  return Promise.all(waiting).then(() => withTensors(output, isTensor, () => statistics[next++]));
}

/** Bytes of one value, by the name of its type. */
const WIDTHS: readonly (readonly [RegExp, number])[] = [
  [/^(torch\.)?(u?int|float|complex|bfloat|[ufi])8|^bool|^[iuf]8/i, 1],
  [/16$|half/i, 2],
  [/64$|double|long/i, 8],
];

/** How many bytes the values of a tensor take: by its declared type, else by the array that holds them. */
export function bytesOf(tensor: unknown, reader: TensorReader): number {
  const { dtype, type } = tensor as { dtype?: unknown; type?: unknown };
  const declared = typeof dtype === 'string' ? dtype : type;
  const count = sizeOf(reader.shape(tensor));
  if (typeof declared === 'string') return count * (WIDTHS.find(([name]) => name.test(declared))?.[1] ?? 4);
  const values = reader.values(tensor);
  if (isThenable(values)) absorb(values);
  return ArrayBuffer.isView(values) ? values.byteLength : count * 8;
}

/** Counts the bytes of kept tensors. */
export class MemoryLimit {
  readonly #where: string;
  readonly #limit: number;
  #bytes = 0;

  /** @param limit in bytes */
  constructor(where: string, limit: number) {
    this.#where = where;
    this.#limit = limit;
  }

  /** @throws RangeError, before anything is counted, if the limit would be exceeded */
  add(value: unknown, reader: TensorReader | undefined, place: string): void {
    const bytes = sum(value, reader);
    if (this.#bytes + bytes > this.#limit) {
      throw new RangeError(
        `${this.#where}: option "limit" must be at least ${this.#bytes + bytes} bytes to keep ${place}, got ${this.#limit}\n` +
          `  kept so far: ${this.#bytes} bytes; "every", "first", "last" and take: 'statistics' need less`,
      );
    }
    this.#bytes += bytes;
  }

  subtract(value: unknown, module: Hookable): void {
    this.#bytes -= sum(value, readerOf(module));
  }
}

function sum(value: unknown, reader: TensorReader | undefined): number {
  let bytes = 0;
  if (reader !== undefined) {
    forEachTensor(
      value,
      (one) => reader.is(one),
      (tensor) => {
        bytes += bytesOf(tensor, reader);
      },
    );
  }
  return bytes;
}
