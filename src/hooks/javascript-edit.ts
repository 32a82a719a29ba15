/** @file What an edit says, checked, and the JavaScript that carries it out. */
import {
  absorb,
  check,
  describe,
  describeShape,
  isPlainObject,
  isThenable,
  isTypedNumbers,
  NUMBER,
  type NumericArray,
  nearest,
  readNumbers,
  rule,
} from '../check/index.ts';
import { applyEdit } from './apply-edit.ts';
import { ForwardError } from './core/forward-error.ts';
import type { TensorReader, TensorValues } from './core/reader.ts';
import type { EditOperand, RegisteredEdit } from './core/registered-edit.ts';

export const EDIT_OPS = ['add', 'scale', 'clamp', 'zero', 'replace', 'keep', 'ablate', 'blend'] as const;
type Op = (typeof EDIT_OPS)[number];

/** What an edit has besides its operation. */
const FIELDS: Record<Op, readonly string[]> = {
  add: ['axis'],
  scale: ['axis'],
  clamp: [],
  zero: [],
  replace: ['axis'],
  keep: ['axis'],
  ablate: ['axis'],
  blend: ['with', 'axis'],
};

function isPair(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [min, max]: unknown[] = value;
  return typeof min === 'number' && typeof max === 'number' && min <= max;
}

const isWholes = (value: unknown): boolean => Array.isArray(value) && value.every(Number.isSafeInteger);

/** @throws TypeError for anything but an object with one of these keys, with those that are nearest to an unknown one */
export function checkOneKey(where: string, what: string, value: unknown, keys: readonly string[]): void {
  const isObject = isPlainObject(value);
  if (isObject && keys.filter((key) => value[key] !== undefined).length === 1) return;
  const given = isObject ? `an object with ${Object.keys(value).join(', ') || 'nothing'}` : describe(value);
  const isKnown = (key: string) => keys.includes(key) || key === 'axis' || key === 'with';
  const unknown = isObject ? Object.keys(value).find((key) => !isKnown(key)) : undefined;
  const nearestKey = unknown === undefined ? '' : `\n  "${unknown}" is unknown, nearest: ${nearest(unknown, keys)[0]}`;
  throw new TypeError(`${where}: ${what} must be an object with one of ${keys.join(', ')}, got ${given}${nearestKey}`);
}

const BOUNDS = rule('[min, max], two numbers', isPair);
const INDICES = rule('an array of whole numbers', isWholes);
const TRUE = rule('true', (value) => value === true);
const AXIS = rule('a whole number', Number.isSafeInteger);

export class JavaScriptEdit implements RegisteredEdit {
  readonly op: RegisteredEdit['op'];
  readonly name: Op;
  readonly axis: number | undefined;
  operands: readonly EditOperand[];
  readonly #where: string;
  readonly #reader: TensorReader;
  /** The axis that arrays of values lie along, as it was given. */
  readonly #axis: number | undefined;

  /** @throws TypeError */
  constructor(where: string, edit: unknown, reader: TensorReader) {
    checkOneKey(where, 'the edit', edit, EDIT_OPS);
    const given = edit as Record<string, unknown>;
    const name = EDIT_OPS.find((op) => given[op] !== undefined)!;
    const other = Object.keys(given).find((key) => key !== name && !FIELDS[name].includes(key));
    if (other !== undefined)
      throw new TypeError(`${where}: ${name} takes ${FIELDS[name].join(' and ') || 'nothing else'}, got "${other}"`);
    const hasIndices = name === 'keep' || name === 'ablate';
    const axis = given.axis as number | undefined;
    if (axis !== undefined || hasIndices) check(where, 'axis', axis, AXIS);
    this.#where = where;
    this.#reader = reader;
    this.#axis = axis;
    this.name = name;
    this.op = name === 'zero' ? 'replace' : name;
    this.axis = hasIndices ? axis : undefined;
    this.operands = [...(name === 'blend' ? [this.#value('with', given.with)] : []), ...this.#operands(given[name])];
  }

  /** @param validate why an adapter cannot carry the edit out, as a sentence */
  set(value: unknown, validate: ((edit: RegisteredEdit) => string | undefined) | undefined): void {
    if (this.name === 'zero') throw new TypeError(`${this.#where}: zero has no value to set`);
    const operands = [...this.operands.slice(0, this.name === 'blend' ? 1 : 0), ...this.#operands(value)];
    for (const [i, { shape, tensor }] of operands.entries()) {
      const before = this.operands[i]!.shape;
      if ((tensor === undefined) !== (this.operands[i]!.tensor === undefined)) {
        throw new TypeError(
          `${this.#where}: the value to set must be ${tensor === undefined ? 'a tensor' : 'no tensor'}, as before`,
        );
      }
      if (this.axis !== undefined || String(withoutLeadingOnes(shape)) === String(withoutLeadingOnes(before))) continue;
      throw new TypeError(
        `${this.#where}: the value to set must be of shape ${describeShape(before)}, got ${describeShape(shape)}`,
      );
    }
    const { operands: before } = this;
    this.operands = operands;
    const problem = validate?.(this);
    if (problem === undefined) return;
    this.operands = before;
    throw new TypeError(`${this.#where}: ${problem}`);
  }

  #operands(value: unknown): EditOperand[] {
    const { name } = this;
    const where = this.#where;
    if (name === 'clamp') {
      check(where, name, value, BOUNDS);
      return (value as number[]).map(scalar);
    }
    if (name === 'keep' || name === 'ablate') {
      check(where, name, value, INDICES);
      const values = Int32Array.from(value as number[]);
      return [{ values, shape: [values.length], axis: undefined, ...NO_TENSOR }];
    }
    if (name === 'zero') check(where, name, value, TRUE);
    if (name === 'blend') check(where, name, value, NUMBER);
    return [name === 'zero' ? scalar(0) : this.#value(name, value)];
  }

  #value(name: string, value: unknown): EditOperand {
    if (typeof value === 'number') return scalar(value);
    const reader = this.#reader;
    const axis = this.#axis;
    if (reader.is(value)) {
      if (axis !== undefined) throw new TypeError(`${this.#where}: axis is for arrays, and ${name} is a tensor`);
      const shape = [...reader.shape(value)];
      const given = reader.values(value);
      if (isThenable(given)) {
        absorb(given);
        throw new TypeError(`${this.#where}: ${name} must be a tensor on the CPU`);
      }
      const isReplacement = this.op === 'replace';
      if (given === undefined && isReplacement)
        return { values: new Float32Array(), shape, axis: undefined, tensor: reader.keep(value), data: undefined };
      const values = Float32Array.from(readNumbers(this.#where, name, given, value));
      // Not a copy of the tensor: in some frameworks that would have to be freed by hand.
      const own = isReplacement
        ? { tensor: value, data: (given as unknown as { slice(): NumericArray }).slice() }
        : NO_TENSOR;
      return { values, shape, axis: undefined, ...own };
    }
    if (!Array.isArray(value) && !isTypedNumbers(value)) {
      throw new TypeError(
        `${this.#where}: ${name} must be a number, an array of numbers or a tensor, got ${describe(value)}`,
      );
    }
    const values = Float32Array.from(readNumbers(this.#where, name, value));
    if (values.length === 1) return scalar(values[0]!);
    if (axis !== undefined && axis >= 0) return { values, shape: [values.length], axis, ...NO_TENSOR };
    const after = new Array<number>(-(axis ?? -1) - 1).fill(1);
    return { values, shape: [values.length, ...after], axis: undefined, ...NO_TENSOR };
  }

  /** The output after the edit, in JavaScript. */
  apply(output: unknown): unknown {
    const reader = this.#reader;
    if (!reader.is(output)) throw this.#error('an edit needs a tensor', describe(output), 'one tensor as the output');
    const { operands } = this;
    const values = reader.values(output);
    return isThenable(values)
      ? values.then((read) => this.#applyTo(output, read, operands))
      : this.#applyTo(output, values, operands);
  }

  #applyTo(output: unknown, values: TensorValues, operands: readonly EditOperand[]): unknown {
    const reader = this.#reader;
    const shape = reader.shape(output);
    const [{ tensor, data, shape: given }] = operands as [EditOperand];
    if (tensor !== undefined && String(given) === String(shape)) {
      if (data === undefined) return reader.keep(tensor);
      return reader.withValues!(tensor, readNumbers(this.#where, 'the tensor', data, tensor));
    }
    if (values === undefined) throw this.#error('an edit needs numbers', describe(output), 'a tensor of numbers');
    const x = readNumbers(this.#where, 'the output', values, output);
    return reader.withValues!(output, applyEdit(this, operands, x, shape));
  }

  #error(text: string, came: string, expected: string): ForwardError {
    return new ForwardError(text, `edit: ${this.name}`, `got: ${came}`, `expected: ${expected}`);
  }
}

const NO_TENSOR = { tensor: undefined, data: undefined } as const;

function withoutLeadingOnes(shape: readonly number[]): readonly number[] {
  const first = shape.findIndex((size) => size !== 1);
  return first === -1 ? [] : shape.slice(first);
}

const scalar = (value: number): EditOperand => ({
  values: Float32Array.of(value),
  shape: [],
  axis: undefined,
  ...NO_TENSOR,
});
