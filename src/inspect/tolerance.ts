/**
 * @file The local tolerance: how far the output of one module may be from that of another one with the same inputs, where both
 * compute the same in another order, or in another precision.
 *
 *     |a - b| <= c u (|x| |w| + |a|)
 *
 * u is the unit roundoff of the coarser type; |x| the norm of the inputs that one output is a sum over, and |w| that of its
 * weights, 1 where they are not known. c is 16; where a module computes exponentials, quotients by a deviation, or several steps,
 * 64. The error of a sum of K products in any order is about u |x| |w| (Higham, Accuracy and Stability of Numerical Algorithms,
 * section 4.2), so c leaves room for that of unusual sums.
 */
import type { Numbers, Summary } from '../check/index.ts';
import type { SafetensorsDtype } from '../safetensors/index.ts';
import { type Family, familyOf } from './kinds.ts';
import { sizeOf } from './values.ts';

const ROUNDOFF: { readonly [D in SafetensorsDtype]?: number } = {
  F64: 2 ** -53,
  F32: 2 ** -24,
  F16: 2 ** -11,
  BF16: 2 ** -8,
};

export const isFloat = (dtype: SafetensorsDtype): boolean => ROUNDOFF[dtype] !== undefined;

/** The unit roundoff of the coarsest type; that of float32 where none is a float. */
export const roundoff = (dtypes: readonly SafetensorsDtype[]): number =>
  Math.max(...dtypes.map((dtype) => ROUNDOFF[dtype] ?? 0)) || ROUNDOFF.F32!;

/** One input of a call: its values, or the statistics of a tensor of which only samples are known. */
export interface ToleranceInput {
  readonly shape: readonly number[];
  readonly values: Numbers;
  readonly statistics: Summary | undefined;
}

export interface ToleranceOf {
  readonly kind: string;
  readonly u: number;
  /** Those with floats. */
  readonly inputs: readonly ToleranceInput[];
  readonly outputShape: readonly number[];
  /** The root mean square of the output. */
  readonly outputRms: number;
  /** The norms of the rows of the weight, one for each channel, and how many values of the output a channel has side by side. */
  readonly rows: Numbers | undefined;
  readonly stride: number;
  /** How many values a row has. */
  readonly length: number | undefined;
  /** The axis of the inputs that has the channels. */
  readonly axis: number;
  /** How many modules it does the work of, besides its own. */
  readonly held: number;
  /** How many modules inside are not compared: their errors add up. */
  readonly inside: number;
}

/** The tolerance of the value at `i`: factor * (x[i / xStride] * w[i / wStride % w.length] + |a|). */
export interface Tolerance {
  readonly factor: number;
  readonly x: Numbers;
  readonly xStride: number;
  readonly w: Numbers;
  readonly wStride: number;
}

const CAREFUL: readonly Family[] = ['norm', 'softmax', 'attention', 'recurrent', 'function', 'unknown'];

export function localTolerance(of: ToleranceOf): Tolerance {
  const { kind, u, inputs, outputShape, rows, held, inside } = of;
  const family = familyOf(kind);
  // The constants of known families hold for what they compute inside.
  const steps = 1 + held + (family === 'unknown' ? inside : 0);
  const factor = (CAREFUL.includes(family) ? 64 : 16) * u * steps;
  const count = sizeOf(outputShape);
  const [input] = inputs;
  const w = rows ?? ONE;
  if (family === 'copy') return { factor, x: ZERO, xStride: Infinity, w: ONE, wStride: 1 };
  // Without inputs in the recording, the output tells how large the terms were.
  if (input === undefined) return { factor, x: [of.outputRms], xStride: Infinity, w: ONE, wStride: 1 };
  const last = input.shape.at(-1) ?? 1;
  if (family === 'linear' && input.statistics === undefined && last > 0) {
    const norms = rowNorms(input.values, last);
    const other = inputs[1];
    const w2 = other === undefined ? w : [normOf(other, last)];
    return { factor, x: norms, xStride: Math.max(1, count / norms.length), w: w2, wStride: 1 };
  }
  return { factor, x: [scaleOf(family, of, input)], xStride: Infinity, w, wStride: of.stride };
}

const ONE: Numbers = [1];
const ZERO: Numbers = [0];

/** |x| of the other families. */
function scaleOf(family: Family, of: ToleranceOf, input: ToleranceInput): number {
  const { inputs, length } = of;
  const { shape } = input;
  const largest = (terms: number) => Math.max(...inputs.map((one) => normOf(one, terms)));
  switch (family) {
    case 'convolution':
      return normOf(input, length ?? 9 * (shape[of.axis] ?? 1));
    case 'norm': {
      // A small deviation multiplies the rounding of what it divides.
      const { rms, deviation } = momentsOf(input);
      return deviation === 0 ? rms : Math.max(rms, (rms * of.outputRms) / deviation);
    }
    case 'pooling':
      return largest(Math.max(1, sizeOf(shape) / Math.max(1, sizeOf(of.outputShape))));
    case 'recurrent':
      return largest(sizeOf(shape.slice(1)));
    case 'function':
    case 'arithmetic':
    case 'comparison':
      return largest(1);
    default:
      return largest(length ?? shape.at(-1) ?? 1);
  }
}

/** The norm of `terms` values, as large as one outlier among them makes it. */
function normOf(input: ToleranceInput, terms: number): number {
  const { rms, largest } = momentsOf(input);
  return terms === 1 ? rms : Math.max(Math.sqrt(terms) * rms, largest);
}

interface Moments {
  readonly rms: number;
  readonly deviation: number;
  readonly largest: number;
}

const moments = new WeakMap<Numbers, Moments>();

/** Of the finite values. */
function momentsOf({ values, statistics }: ToleranceInput): Moments {
  if (statistics !== undefined) {
    const { mean, variance, min, max } = statistics;
    const rms = Math.sqrt(mean ** 2 + variance);
    return { rms, deviation: Math.sqrt(variance), largest: Math.max(Math.abs(min), Math.abs(max)) };
  }
  let known = moments.get(values);
  if (known === undefined) {
    let [count, sum, squares, largest] = [0, 0, 0, 0];
    for (let i = 0; i < values.length; i++) {
      const x = values[i]!;
      if (!Number.isFinite(x)) continue;
      count++;
      sum += x;
      squares += x * x;
      largest = Math.max(largest, Math.abs(x));
    }
    const mean = sum / (count || 1);
    const meanSquare = squares / (count || 1);
    known = { rms: Math.sqrt(meanSquare), deviation: Math.sqrt(Math.max(0, meanSquare - mean ** 2)), largest };
    moments.set(values, known);
  }
  return known;
}

export const rmsOf = (values: Numbers): number => momentsOf({ values, shape: [], statistics: undefined }).rms;

function rowNorms(values: Numbers, length: number): Numbers {
  const norms = new Float64Array(values.length / length);
  for (let row = 0; row < norms.length; row++) {
    let squares = 0;
    for (let i = row * length; i < (row + 1) * length; i++) squares += values[i]! ** 2;
    norms[row] = Math.sqrt(squares);
  }
  return norms;
}
