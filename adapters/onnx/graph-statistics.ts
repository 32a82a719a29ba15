/**
 * @file Statistics as nodes of the graph, where a tensor would have to be read from a device: in float32, as 14 numbers for
 * each value. WebGPU has no kernels for IsNaN, IsInf and int64, so comparisons find what is not finite, and counts are int32.
 */
import { TensorSummary } from '../../src/adapter.ts';
import type { Summary, TensorReader } from '../../src/index.ts';
import { BFLOAT16, FLOAT, FLOAT16, INT32, INT64, type Region } from './graph.ts';
import type { ModelPatch } from './model-patch.ts';
import { type OnnxTensor, tensorReader } from './ort.ts';
import type { ValueTypes } from './value-types.ts';
import { type Chunks, constantNode, integerAttribute, messageField, node, textField } from './write-message.ts';

/** Opset 11 compares floats for equality. */
const FIRST_OPSET = 11;

const FLOATS: readonly number[] = [FLOAT, FLOAT16, BFLOAT16];

/** The largest float32. */
const LARGEST = (2 - 2 ** -23) * 2 ** 127;

/** Values beyond these are multiplied by a factor, so that neither sums nor squares leave the range of float32. */
const SCALES = [
  { beyond: 2 ** 40, factor: 2 ** -90 },
  { beyond: 2 ** -40, factor: 2 ** 90 },
] as const;

/** Counts are given as multiples of this and the rest: both are exact in float32. */
const HIGH = 65536;

interface Summarized {
  /** A value of the same type that is in the file. */
  readonly typedBy: string;
  readonly output: string;
}

/** The values of a main graph whose statistics a session gives. */
export class GraphStatistics {
  readonly #prefix: string;
  readonly #main: Region;
  readonly #values = new Map<string, Summarized>();

  /** @param prefix no name in the model begins with it */
  constructor(prefix: string, main: Region) {
    this.#prefix = prefix;
    this.#main = main;
  }

  /** Whether the graph can compute the statistics of a value. @param type its TensorProto.DataType; 0 if unknown */
  canTake(type: number | 'no tensor'): boolean {
    return this.#main.graph.opset >= FIRST_OPSET && (type === 0 || FLOATS.includes(type as number));
  }

  /** @returns the names of the session's outputs: what `summaryOf` takes */
  add(value: string, typedBy: string): [statistics: string, shape: string] {
    const known = this.#values.get(value) ?? { typedBy, output: `${this.#prefix}statistics${this.#values.size}` };
    this.#values.set(value, known);
    return [known.output, shapeOf(known.output)];
  }

  get names(): string[] {
    return [...this.#values.values()].flatMap(({ output }) => [output, shapeOf(output)]);
  }

  /** Equal for the same values. */
  get key(): readonly string[] {
    return [...this.#values.keys()];
  }

  /** Values whose types have to be known. */
  get typed(): { readonly region: Region; readonly value: string }[] {
    return [...this.#values.values()].map(({ typedBy }) => ({ region: this.#main, value: typedBy }));
  }

  write({ main: { fields } }: ModelPatch, types: ValueTypes): void {
    for (const [value, { typedBy, output }] of this.#values) {
      const type = types.of(this.#main, typedBy);
      // A type that was not known before: the value itself, as if it were declared.
      fields.push(
        ...(FLOATS.includes(type) ? statisticsNodes(value, type, output) : node('Identity', [value], output)),
      );
      fields.push(...node('Shape', [value], shapeOf(output)));
      for (const name of [output, shapeOf(output)]) fields.push(...messageField(12, textField(1, name)));
    }
  }
}

const shapeOf = (output: string): string => `${output}.shape`;

/** The nodes that compute the statistics of one value. */
function statisticsNodes(value: string, type: number, output: string): Chunks {
  const fields: Uint8Array[] = [];
  let count = 0;
  const make = (
    op: string,
    inputs: readonly string[],
    attributes: Chunks = [],
    name = `${output}.${count++}`,
  ): string => {
    fields.push(...node(op, inputs, name, attributes));
    return name;
  };
  const constant = (type: number, dims: readonly number[], values: ArrayBufferView): string => {
    const name = `${output}.${count++}`;
    fields.push(...constantNode(name, type, dims, values));
    return name;
  };
  const cast = (x: string, to: number) => make('Cast', [x], integerAttribute('to', to));
  const number = (x: number) => constant(FLOAT, [], Float32Array.of(x));
  // Over all axes: [1].
  const sum = (x: string) => make('ReduceSum', [x], integerAttribute('keepdims', 1));
  const [zero, largest, smallest] = [number(0), number(LARGEST), number(-LARGEST)];

  const axis = integerAttribute('axis', 0);
  const flat = make('Reshape', [
    type === FLOAT ? value : cast(value, FLOAT),
    constant(INT64, [1], BigInt64Array.of(-1n)),
  ]);
  // With a NaN at its end: WebGPU refuses to reduce an empty tensor.
  const x = make('Concat', [flat, constant(FLOAT, [1], Float32Array.of(NaN))], axis);
  // False for NaN.
  const finite = make('Less', [make('Abs', [x]), number(Infinity)]);
  const counted = [
    finite,
    make('Equal', [x, zero]),
    make('Not', [make('Equal', [x, x])]),
    make('Greater', [x, largest]),
  ].map((mask) => sum(cast(mask, INT32)));
  const n = cast(counted[0]!, FLOAT);
  const keepdims = integerAttribute('keepdims', 1);
  const min = make('ReduceMin', [make('Where', [finite, x, largest])], keepdims);
  const max = make('ReduceMax', [make('Where', [finite, x, smallest])], keepdims);
  const [above, below] = [make('Abs', [max]), make('Abs', [min])];
  const size = make('Where', [make('Greater', [above, below]), above, below]);
  const [large, small] = SCALES.map(({ beyond, factor }) => [number(beyond), number(factor)] as const);
  const enlarge = make('Where', [make('Less', [size, small![0]]), small![1], number(1)]);
  const factor = make('Where', [make('Greater', [size, large![0]]), large![1], enlarge]);
  // Around the middle of the range, then around their mean. What is left is the mean of what was rounded off.
  const ends = [min, max].map((end) => make('Mul', [end, factor]));
  const middle = make('Mul', [make('Add', ends), number(0.5)]);
  const centered = (values: string, center: string) => make('Where', [finite, make('Sub', [values, center]), zero]);
  const average = (values: string) => make('Div', [sum(values), n]);
  const shifted = centered(make('Mul', [x, factor]), middle);
  const mean = average(shifted);
  const distance = centered(shifted, mean);
  const rest = average(distance);
  const squares = average(make('Mul', [distance, distance]));
  const counts = make('Concat', counted, axis);
  const high = make('Div', [counts, constant(INT32, [], Int32Array.of(HIGH))]);
  const low = make('Sub', [counts, make('Mul', [high, constant(INT32, [], Int32Array.of(HIGH))])]);
  make('Concat', [middle, mean, rest, squares, min, max, cast(high, FLOAT), cast(low, FLOAT)], axis, output);
  return fields;
}

/**
 * The statistics in place of a value, from the outputs of a session.
 * @param statistics the 14 numbers; or the value itself, if its type turned out to be no float
 */
export function summaryOf(statistics: OnnxTensor, shape: OnnxTensor): TensorSummary {
  const dims = Array.from(shape.data as BigInt64Array, Number);
  const reader = tensorReader as Required<TensorReader>;
  if (statistics.type !== 'float32') return new TensorSummary(dims, reader.summarize(statistics));
  const count = dims.reduce((product, size) => product * size, 1);
  const values = reader.values(statistics);
  const decode = (numbers: unknown) => decoded(numbers as Float32Array, count);
  return new TensorSummary(dims, values instanceof Promise ? values.then(decode) : decode(values));
}

function decoded(numbers: Float32Array, count: number): Summary {
  const [middle, mean, rest, squares, min, max] = [...numbers] as [number, number, number, number, number, number];
  const [finite, zeros, allNaN, positiveInfinity] = [0, 1, 2, 3].map(
    (i) => numbers[6 + i]! * HIGH + numbers[10 + i]!,
  ) as [number, number, number, number];
  const none = finite === 0;
  // One was added.
  const nan = allNaN - 1;
  const size = Math.max(Math.abs(min), Math.abs(max));
  const [large, small] = SCALES;
  const factor = size > large.beyond ? large.factor : size < small.beyond ? small.factor : 1;
  return {
    count,
    mean: none ? NaN : (middle + mean + rest) / factor,
    variance: none ? NaN : Math.max(0, squares - rest * rest) / factor ** 2,
    // Adding 0 turns -0 into 0.
    min: none ? NaN : min + 0,
    max: none ? NaN : max + 0,
    zeros,
    nan,
    positiveInfinity,
    negativeInfinity: count - finite - nan - positiveInfinity,
  };
}
