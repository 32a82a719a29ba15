/** @file Which edits a value takes, as far as the file has its type and shape. */
import type { EditOperand, RegisteredEdit } from '../../src/adapter.ts';
import {
  BFLOAT16,
  DOUBLE,
  type ElementType,
  elementTypeOf,
  FLOAT,
  FLOAT16,
  type Graph,
  type Shape,
  STRING,
} from './graph.ts';
import type { Call } from './module-calls.ts';
import { ELEMENT_TYPES, type OnnxTensor, typeName } from './ort.ts';

/**
 * The dimensions in which an operand is fed. If the rank of the output is known, an array along an axis gets ones after it, and
 * a tensor of higher rank loses leading ones.
 */
export function operandDims({ shape, axis }: EditOperand, output: Shape | undefined): readonly number[] {
  if (output === undefined) return shape;
  if (axis !== undefined) return [...shape, ...new Array<number>(Math.max(0, output.length - axis - 1)).fill(1)];
  const extra = Math.max(0, shape.length - output.length);
  return shape.slice(0, extra).every((size) => size === 1) ? shape.slice(extra) : shape;
}

/** Whether an operand broadcasts to an output without changing its shape; undefined if that is not known. */
export function fits(operand: EditOperand, output: Shape | undefined): boolean | undefined {
  if (operand.shape.length === 0) return true;
  if (output === undefined) return undefined;
  const dims = operandDims(operand, output);
  const offset = output.length - dims.length;
  if (offset < 0) return false;
  const sizes = dims.map(
    (size, i) => size === 1 || (output[i + offset] === undefined ? undefined : size === output[i + offset]),
  );
  if (sizes.includes(false)) return false;
  return sizes.includes(undefined) ? undefined : true;
}

/** The oldest opset that has the ops of edits. */
const OLDEST = 9;
/** The first with ScatterElements, for indices and axes. */
const SCATTER = 11;

const FLOATS: readonly ElementType[] = [0, FLOAT, FLOAT16, DOUBLE];

/** A HookPointInfo.validateEdit. */
export function editValidator(calls: readonly Call[]): (edit?: RegisteredEdit) => string | undefined {
  return (edit) => {
    const problems = calls.map(({ region, outputs }) =>
      outputs.length === 1
        ? problemOf(region.graph, outputs[0]!, edit)
        : 'an edit acts on one tensor, and this node gives several',
    );
    return problems.find((problem) => problem !== undefined);
  };
}

/** Why an edit of a value cannot be carried out. @param type of its elements @param shape of the value, as far as it is known */
export function problemOf(
  graph: Graph,
  value: string,
  edit: RegisteredEdit | undefined,
  type: ElementType = elementTypeOf(graph, value),
  shape: Shape | undefined = graph.shapes.get(value),
): string | undefined {
  if (type === BFLOAT16) return `"${value}" takes no edits: ONNX Runtime's JavaScript has no bfloat16`;
  if (graph.opset < OLDEST) return `edits need a model of opset ${OLDEST} or newer, and this is of ${graph.opset}`;
  if (edit === undefined) return undefined;
  const { op, axis, operands } = edit;
  if (graph.opset < SCATTER && (axis !== undefined || (operands[0]!.axis !== undefined && shape === undefined))) {
    return `edits along an axis need a model of opset ${SCATTER} or newer, and this is of ${graph.opset}`;
  }
  const tensor = operands[0]!.tensor as OnnxTensor | undefined;
  const isOther = tensor !== undefined && type !== 0 && ELEMENT_TYPES[tensor.type] !== type;
  if (isOther || (tensor === undefined && (op === 'replace' ? type === STRING : !FLOATS.includes(type)))) {
    const name = typeName(type);
    const expected = isOther ? `a tensor of ${name}` : op === 'replace' ? 'a tensor of strings' : 'a value of floats';
    return `${op} needs ${expected}, and "${value}" ${isOther ? `is none: got ${tensor.type}` : `is ${name}`}`;
  }
  const wrong = axis === undefined ? operands.find((operand) => fits(operand, shape) === false) : undefined;
  if (wrong !== undefined) {
    return `${op} must not change the shape: ${shapeText(wrong.shape)} does not broadcast to ${shapeText(shape!)} of "${value}"`;
  }
  if (axis === undefined || shape === undefined) return undefined;
  if (axis >= shape.length || axis < -shape.length) {
    return `${op} needs axis ${axis}, and "${value}" is of shape ${shapeText(shape)}`;
  }
  const size = shape.at(axis) ?? Infinity;
  const index = Array.from(operands[0]!.values).find((one) => one >= size || one < -size);
  return index === undefined
    ? undefined
    : `${op} needs index ${index} along axis ${axis}, and "${value}" is of shape ${shapeText(shape)}`;
}

export const shapeText = (shape: Shape) => `[${shape.map((size) => size ?? '?').join(', ')}]`;
