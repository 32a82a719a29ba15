/** @file The difference of a module, in words and as data. */
import type { CallError } from './call-errors.ts';
import type { ModuleDifference, ValueDifference } from './comparison.ts';
import type { RecordedCall } from './recording.ts';
import type { TensorError } from './tensor-error.ts';

export const quoted = (path: string): string => (path === '' ? 'the model' : `"${path}"`);

/** The path of a call, with its number where that is not the first. */
export const placeOf = ({ path, call }: RecordedCall): string =>
  call === 0 ? quoted(path) : `call ${call} of ${quoted(path)}`;

export function nameOf({ pair: { a, b } }: CallError): string {
  const inB = b.path === a.path ? '' : `, ${quoted(b.path)} in b`;
  return `${placeOf(a)} (${a.kind})${inB}`;
}

export function sentence({ problem, statistic, a, b, at, ratio, beyond, count }: TensorError): string {
  if (problem !== undefined) return problem;
  const times = Number.isFinite(ratio) ? `${factor(ratio, 3)} times the tolerance` : 'beyond any tolerance';
  if (statistic !== undefined) return `${statistic} is ${format(b)} instead of ${format(a)}, ${times}`;
  return `${format(b)} instead of ${format(a)} at index ${at}, ${times}; ${beyond} of ${count} values`;
}

/** A factor as text, with its digits from a hundred on. */
export const factor = (value: number, digits: number): string =>
  value >= 100 && value < 1e9 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(digits);

const format = (value: number | bigint): string =>
  typeof value === 'bigint' || Number.isInteger(value) ? String(value) : value.toPrecision(6);

export function differenceOf({ pair, inputs, output }: CallError): ModuleDifference {
  const { path, kind, call } = pair.a;
  return {
    path,
    pathInB: pair.b.path,
    kind,
    call,
    ...(inputs && { inputs: valueDifference(inputs) }),
    ...(output && { output: valueDifference(output) }),
  };
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

const valueDifference = ({
  max,
  relative,
  ratio,
  at,
  a,
  b,
  beyond,
  count,
  statistic,
  problem,
}: TensorError): ValueDifference => ({
  max: finite(max),
  relative: finite(relative),
  tolerances: finite(ratio),
  at,
  a: String(a),
  b: String(b),
  beyond,
  count,
  ...(statistic === undefined ? {} : { statistic }),
  ...(problem === undefined ? {} : { problem }),
});
