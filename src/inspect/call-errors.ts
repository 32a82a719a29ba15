/** @file The differences of the calls of two runs. */
import type { Numbers, Summary } from '../check/index.ts';
import { summarize } from '../kernels/index.ts';
import { excusesOf } from './excuses.ts';
import { type Expected, valuesAt } from './expected.ts';
import { type Plan, type PlannedPair, toleranceOf } from './plan.ts';
import { type TensorPart, tensorParts } from './recording.ts';
import { statisticsError } from './statistics-error.ts';
import { exactError, floatError, type TensorError, worst } from './tensor-error.ts';
import { isFloat, rmsOf, roundoff } from './tolerance.ts';
import { numbersOf } from './values.ts';

/** One pair of calls. An error is undefined where nothing could be compared. */
export interface CallError {
  readonly pair: PlannedPair;
  readonly inputs: TensorError | undefined;
  readonly output: TensorError | undefined;
  /** Whether b's call ran with a's inputs, so that the error of its output is its own. */
  readonly locked: boolean;
  /** Whether it ran in the body of a loop of a graph: each turn has the values of the turn before, which nothing replaces. */
  readonly inLoop: boolean;
}

/**
 * The difference of one tensor of b from its counterpart.
 * @param values all of them, or the samples, if b is a recording that has no more
 * @param statistics of all values, where these are samples
 */
export function errorOf(
  plan: Plan,
  pair: PlannedPair,
  side: 'inputs' | 'output',
  expected: Expected,
  dtype: TensorPart['dtype'],
  values: Numbers,
  statistics?: Summary,
): TensorError {
  if (expected.problem !== undefined) return expected.problem;
  const u = roundoff([dtype, expected.part.dtype]);
  const given = valuesAt(expected.indices, values);
  // Inputs are what other code has computed: nothing is known about it.
  const tolerance = side === 'output' ? toleranceOf(plan, pair, expected, dtype) : inputTolerance(u, expected);
  const isExact = !isFloat(dtype) && !isFloat(expected.part.dtype);
  const isExcused = side === 'output' ? excusesOf(plan.a, pair.a, expected.values, given, u) : () => false;
  const error = isExact
    ? exactError(expected.values, given, isExcused)
    : floatError(expected.values, given, tolerance, expected.indices);
  if (expected.statistics === undefined || error.excused > 0) return error;
  return worst([error, statisticsError(expected.statistics, statistics ?? summarize(values), tolerance, isExact)])!;
}

const inputTolerance = (u: number, { values }: Expected) => ({
  factor: 64 * u,
  x: [rmsOf(values)],
  xStride: Infinity,
  w: [1],
  wStride: 1,
});

/** The differences of two recordings. */
export function recordedErrors(plan: Plan): CallError[] {
  const { b } = plan;
  const side = (pair: PlannedPair, name: 'inputs' | 'output') => {
    const parts = tensorParts(pair.b[name]);
    const errors = pair[name].flatMap((expected, i) => {
      const part = parts[i]!;
      if (expected === undefined) return [];
      const values = numbersOf(b.tensors.get(part.tensor)!);
      return [errorOf(plan, pair, name, expected, part.dtype, values, part.statistics)];
    });
    return worst(errors);
  };
  return plan.pairs.map((pair) => ({
    pair,
    inputs: side(pair, 'inputs'),
    output: side(pair, 'output'),
    locked: false,
    inLoop: false,
  }));
}
