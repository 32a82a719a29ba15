/** @file Differences of integers and truth values that rounding explains. */
import type { Numbers } from '../check/index.ts';
import { familyOf } from './kinds.ts';
import { type RecordedCall, type Recording, tensorParts } from './recording.ts';
import { isFloat, rmsOf } from './tolerance.ts';
import { numbersOf } from './values.ts';

const never = (): boolean => false;

/**
 * Which differences of an output are excused: one step of a quantized value; the result of a comparison whose operands are
 * within the tolerance of each other.
 * @param a the recording that the call is of @param u the unit roundoff
 */
export function excusesOf(
  a: Recording,
  call: RecordedCall,
  expected: Numbers,
  given: Numbers,
  u: number,
): (i: number) => boolean {
  const family = familyOf(call.kind);
  if (family === 'quantized') return (i) => Math.abs(expected[i]! - given[i]!) === 1;
  if (family !== 'comparison') return never;
  const operands = tensorParts(call.inputs)
    .filter(({ dtype, statistics }) => isFloat(dtype) && statistics === undefined)
    .map(({ tensor }) => numbersOf(a.tensors.get(tensor)!));
  const [x, y] = operands;
  if (x === undefined || x.length !== expected.length) return never;
  const within = (i: number, distance: number) => distance <= 64 * u * (rmsOf(x) + Math.abs(x[i]!));
  if (y !== undefined) return (i) => within(i, Math.abs(x[i]! - y[i % y.length]!));
  // The threshold is a constant of the model: it lies between the values of either answer.
  const [no, yes] = [sorted(x, expected, 0), sorted(x, expected, 1)];
  return (i) => within(i, distanceTo(x[i]!, expected[i] === 0 ? yes : no));
}

const sorted = (x: Numbers, answers: Numbers, answer: number): Float64Array =>
  Float64Array.from(x as ArrayLike<number>)
    .filter((_, i) => answers[i] === answer)
    .sort();

/** From a number to the closest one of an ascending list. */
function distanceTo(x: number, list: Float64Array): number {
  let [from, to] = [0, list.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (list[middle]! < x) from = middle + 1;
    else to = middle;
  }
  return Math.min(Math.abs(x - (list[from - 1] ?? Infinity)), Math.abs(x - (list[from] ?? Infinity)));
}
