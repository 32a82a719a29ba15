import { describe } from '../hooks/index.ts';
import type { Numbers } from '../kernels/index.ts';

/**
 * Numbers to be logged: one number, any typed array but the BigInt ones, a tensor (any object whose `data` is such an
 * array), or an array of any of these, nested to any depth. Shapes do not matter: everything is flattened.
 */
export type SummaryValues = number | Numbers | { readonly data: Numbers } | readonly SummaryValues[];

/**
 * Reads {@link SummaryValues} as one flat array, which may be the caller's own.
 * @param where names the call in the error message
 * @throws TypeError that says which element came and what was expected
 */
export function readValues(where: string, values: unknown): Numbers {
  const typed = typedArrayOf(values);
  if (typed !== undefined) return typed;
  const flat: number[] = [];
  flatten(where, values, [], [], flat);
  return flat;
}

/**
 * Reads {@link SummaryValues} that hold a single number.
 * @throws TypeError as {@link readValues} does, RangeError if there are none or several
 */
export function readScalar(where: string, value: unknown): number {
  const values = readValues(where, value);
  if (values.length !== 1) throw new RangeError(`${where}: expected one number, got ${values.length}`);
  return values[0]!;
}

/** `parents` are the arrays around `value` and `indices` its place in each of them. */
function flatten(where: string, value: unknown, parents: unknown[], indices: number[], flat: number[]): void {
  if (typeof value === 'number') {
    flat.push(value);
    return;
  }
  const typed = typedArrayOf(value);
  if (typed !== undefined) {
    for (let i = 0; i < typed.length; i++) flat.push(typed[i]!);
    return;
  }
  if (!Array.isArray(value)) throw wrongType(where, value, indices);
  if (parents.includes(value)) throw new TypeError(`${where}: ${place(indices)} is an array that contains itself`);
  parents.push(value);
  for (let i = 0; i < value.length; i++) {
    indices.push(i);
    flatten(where, value[i], parents, indices, flat);
    indices.pop();
  }
  parents.pop();
}

/** The array itself, or the one in `data`. Told by its tag and not by instanceof, which fails across realms. */
function typedArrayOf(value: unknown): Numbers | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const candidate = ArrayBuffer.isView(value) ? value : (value as { data?: unknown }).data;
  if (!ArrayBuffer.isView(candidate)) return undefined;
  const tag = Object.prototype.toString.call(candidate);
  return /^\[object (Int|Uint|Float)\d+(Clamped)?Array\]$/.test(tag) ? (candidate as unknown as Numbers) : undefined;
}

function wrongType(where: string, value: unknown, indices: readonly number[]): TypeError {
  const hasData = typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) && 'data' in value;
  const what = describe(value) + (hasData ? ` whose data is ${describe(value.data)}` : '');
  return new TypeError(
    `${where}: ${place(indices)} is ${what}; expected a number, a typed array (not of BigInts), ` +
      'a tensor with such an array as its data, or arrays of these',
  );
}

const place = (indices: readonly number[]): string => `values${indices.map((index) => `[${index}]`).join('')}`;
