/** @file The nodes that compute an edit inside the graph. */
import type { EditOperand, RegisteredEdit } from '../../src/adapter.ts';
import { BOOL, FLOAT, INT64, type Shape } from './graph.ts';
import { fits } from './validate-edit.ts';
import { type Chunks, integerAttribute, node, tensor, tensorAttribute } from './write-message.ts';

/** The first opset with CastLike. */
export const CAST_LIKE = 15;

/** A value that is edited. */
export interface EditedValue {
  readonly name: string;
  /** Its TensorProto.DataType; 0 if unknown. */
  readonly type: number;
  readonly shape: Shape | undefined;
}

/** Writes the nodes of edits, as fields of a GraphProto. */
export class EditNodes {
  /** Those of the current edit. */
  #fields: Uint8Array[] = [];
  readonly #prefix: string;
  readonly #opset: number;
  /** The number of the edit: part of the names of its nodes, which the runtime's errors quote. */
  #edit = -1;
  #count = 0;

  /** @param prefix no name in the graph begins with it */
  constructor(prefix: string, opset: number) {
    this.#prefix = prefix;
    this.#opset = opset;
  }

  /**
   * @param inputs the names of the edit's operands
   * @param output the name of the edited value
   */
  edit(edit: RegisteredEdit, x: EditedValue, inputs: readonly string[], output: string): Chunks {
    this.#edit++;
    this.#count = 0;
    this.#fields = [];
    const [op, values] = this.#lastNode(edit, x, inputs);
    const isSafe = edit.axis !== undefined || edit.operands.every((operand) => fits(operand, x.shape) === true);
    if (isSafe) this.#node(op, values, output);
    // An error of the runtime if the result is larger: broadcasting can only make it so.
    else this.#node('Reshape', [this.#node(op, values), this.#node('Shape', [x.name])], output);
    return this.#fields;
  }

  /** Writes all nodes but the last. @returns its op and inputs */
  #lastNode(edit: RegisteredEdit, x: EditedValue, inputs: readonly string[]): [op: string, inputs: string[]] {
    const { op, axis, operands } = edit;
    if (axis !== undefined) {
      const zero = this.#like(x, this.#constant(FLOAT, [], new Float32Array(1)), true);
      const mask = this.#mask(x, axis, inputs[0]!);
      return ['Where', op === 'keep' ? [mask, x.name, zero] : [mask, zero, x.name]];
    }
    const [a, b] = operands.map((operand, i) => this.#operand(edit, operand, x, inputs[i]!)) as [string, string];
    if (op === 'add') return ['Add', [x.name, a]];
    if (op === 'scale') return ['Mul', [x.name, a]];
    // A choice, so that the types have to be the same, and NaN does not spread.
    if (op === 'replace') return ['Where', [this.#constant(BOOL, [], Uint8Array.of(1)), a, x.name]];
    if (op === 'blend') return ['Add', this.#lerp(x, a, b)];
    // Not Clip, which may lose NaN.
    const raised = this.#node('Where', [this.#node('Less', [x.name, a]), a, x.name]);
    return ['Where', [this.#node('Greater', [x.name, b]), b, raised]];
  }

  /** The summands of PyTorch's lerp, which begins at the nearer end: a weight of 1 gives the other value exactly. */
  #lerp(x: EditedValue, end: string, weight: string): string[] {
    const number = (value: number) => this.#like(x, this.#constant(FLOAT, [], Float32Array.of(value)), true);
    const isNear = this.#node('Less', [weight, number(0.5)]);
    const share = this.#node('Where', [isNear, weight, this.#node('Sub', [weight, number(1)])]);
    const difference = this.#node('Sub', [end, x.name]);
    return [this.#node('Where', [isNear, x.name, end]), this.#node('Mul', [difference, share])];
  }

  /** An operand in the type of the edited value, and aligned to its axes. */
  #operand({ op }: RegisteredEdit, operand: EditOperand, x: EditedValue, input: string): string {
    const { axis, shape, tensor } = operand;
    const value = tensor === undefined ? this.#like(x, input, op !== 'replace') : input;
    if (axis === undefined || x.shape !== undefined) return value;
    const size = this.#constant(INT64, [1], BigInt64Array.of(BigInt(shape[0]!)));
    return this.#node('Reshape', [value, this.#shapeAlong(x, axis, size)]);
  }

  /** A float32 value in the type of another. @param onlyFloats makes integers an error when the session is created */
  #like({ name, type }: EditedValue, value: string, onlyFloats: boolean): string {
    if (type === FLOAT) return value;
    if (type !== 0) return this.#node('Cast', [value], undefined, integerAttribute('to', type));
    if (this.#opset < CAST_LIKE) throw new Error('the type of the value is not known');
    const cast = this.#node('CastLike', [value, name]);
    // Dropout takes floats alone, unlike Add or Mul. It is an identity, which the runtime removes.
    return onlyFloats ? this.#node('Dropout', [cast]) : cast;
  }

  /** Which indices of an axis are among the given ones, as booleans that broadcast to the value. */
  #mask(x: EditedValue, axis: number, indices: string): string {
    const size = this.#node('Gather', [this.#node('Shape', [x.name]), this.#axis(axis)]);
    const zeros = this.#filled(FLOAT, Float32Array.of(0), size);
    const ones = this.#filled(FLOAT, Float32Array.of(1), this.#node('Shape', [indices]));
    const chosen = this.#node('ScatterElements', [zeros, indices, ones]);
    const aligned = this.#node('Reshape', [chosen, this.#shapeAlong(x, axis, size)]);
    return this.#node('Cast', [aligned], undefined, integerAttribute('to', BOOL));
  }

  /** A shape of the value's rank, with a size at one axis and ones elsewhere. */
  #shapeAlong(x: EditedValue, axis: number, size: string): string {
    const rank = this.#node('Shape', [this.#node('Shape', [x.name])]);
    const ones = this.#filled(INT64, BigInt64Array.of(1n), rank);
    return this.#node('ScatterElements', [ones, this.#axis(axis), size]);
  }

  #axis(axis: number): string {
    return this.#constant(INT64, [1], BigInt64Array.of(BigInt(axis)));
  }

  #filled(type: number, value: ArrayBufferView, shape: string): string {
    return this.#node('ConstantOfShape', [shape], undefined, tensorAttribute('value', tensor(type, [1], value)));
  }

  #constant(type: number, dims: readonly number[], values: ArrayBufferView): string {
    return this.#node('Constant', [], undefined, tensorAttribute('value', tensor(type, dims, values)));
  }

  #node(op: string, inputs: readonly string[], output?: string, attributes: Chunks = []): string {
    const name = `${this.#prefix}${this.#edit}.${this.#count++}`;
    const result = output ?? name;
    this.#fields.push(...node(op, inputs, result, attributes, CANNOT_FAIL.test(op) ? '' : name));
    return result;
  }
}

/** Ops of nodes that need no name, as no error names them. */
const CANNOT_FAIL = /^(Cast(Like)?|Dropout|Constant(OfShape)?|Shape)$/;
