/** @file The arithmetic of edits, in JavaScript. */
import { describeShape, type Numbers } from '../check/index.ts';
import { ForwardError } from './core/forward-error.ts';
import type { EditOperand, RegisteredEdit } from './core/registered-edit.ts';

/** One value of the output, and those of the operands. */
const COMPUTE = {
  add: (x: number, value: number) => x + value,
  scale: (x: number, value: number) => x * value,
  clamp: (x: number, min: number, max: number) => (x < min ? min : x > max ? max : x),
  replace: (_x: number, value: number) => value,
  blend: (x: number, other: number, amount: number) => x + amount * (other - x),
};

/**
 * @param operands of the edit, as they were when the call reached it
 * @param x the values of an output, row-major
 * @throws ForwardError for an operand that does not fit the shape of the output
 */
export function applyEdit(
  { op, axis }: RegisteredEdit,
  operands: readonly EditOperand[],
  x: Numbers,
  shape: readonly number[],
): Numbers {
  if (axis !== undefined) return masked(x, shape, axis, operands[0]!.values, op === 'keep');
  const [a, b = a] = operands.map((operand) => expanded(op, operand, shape)) as [Numbers, Numbers?];
  const compute = COMPUTE[op as keyof typeof COMPUTE];
  const result = new Float64Array(x.length);
  for (let i = 0; i < result.length; i++) result[i] = compute(x[i]!, a[i]!, b[i]!);
  return result;
}

/** The values at some indices of an axis, or all but these; the others are 0. */
function masked(
  x: Numbers,
  shape: readonly number[],
  axis: number,
  indices: ArrayLike<number>,
  keep: boolean,
): Numbers {
  const op = keep ? 'keep' : 'ablate';
  const from = axis < 0 ? axis + shape.length : axis;
  const size = shape[from];
  if (size === undefined)
    throw error('an edit needs the axis', op, describeShape(shape), `an output with axis ${axis}`);
  const wrong = Array.from(indices).find((index) => index < -size || index >= size);
  if (wrong !== undefined) throw error('an edit needs the index', op, `index ${wrong}`, `indices below ${size}`);
  const chosen = new Set(Array.from(indices, (index) => (index < 0 ? index + size : index)));
  const inner = product(shape.slice(from + 1));
  return Float64Array.from(x as ArrayLike<number>, (value, i) =>
    chosen.has(Math.floor(i / inner) % size) === keep ? value : 0,
  );
}

/** The values of an operand, one for each value of the output. */
function expanded(op: string, { values, shape: own, axis }: EditOperand, shape: readonly number[]): Numbers {
  const after = axis === undefined ? 0 : Math.max(0, shape.length - axis - 1);
  const full = [...own, ...new Array<number>(after).fill(1)];
  const extra = Math.max(0, full.length - shape.length);
  const aligned = full.slice(0, extra).every((size) => size === 1) ? full.slice(extra) : full;
  const offset = shape.length - aligned.length;
  const isBeyond = offset < 0 || (axis !== undefined && axis >= shape.length);
  if (isBeyond || aligned.some((size, i) => size !== 1 && size !== shape[i + offset])) {
    const came = `${describeShape(own)}${axis === undefined ? '' : ` along axis ${axis}`}`;
    const expected = `a shape that broadcasts to ${describeShape(shape)}`;
    throw error('an edit must not change the shape', op, came, expected);
  }
  // The stride of a dimension of one is 0: its value is repeated.
  const strides = new Array<number>(shape.length).fill(0);
  for (let d = aligned.length - 1, stride = 1; d >= 0; stride *= aligned[d]!, d--) {
    if (aligned[d] !== 1) strides[d + offset] = stride;
  }
  const result = new Float32Array(product(shape));
  const index = new Array<number>(shape.length).fill(0);
  for (let i = 0, at = 0; i < result.length; i++) {
    result[i] = values[at]!;
    for (let d = shape.length - 1; d >= 0; d--) {
      at += strides[d]!;
      if (++index[d]! < shape[d]!) break;
      at -= strides[d]! * shape[d]!;
      index[d] = 0;
    }
  }
  return result;
}

const product = (sizes: readonly number[]) => sizes.reduce((total, size) => total * size, 1);

const error = (text: string, op: string, came: string, expected: string) =>
  new ForwardError(text, `edit: ${op}`, `got: ${came}`, `expected: ${expected}`);
