/** @file Checks of what hooks return. Each gives what was expected, or undefined if all is well. */
import { type Core, isTensor, type Layer, type Tensor } from './framework.ts';
import { splitInputs } from './inputs.ts';

type Shape = readonly (number | null)[];

/** Checks inputs from a pre-hook: not disposed, of the dtypes of those before, and accepted by the layer's own check. */
export function validateInputs(
  core: Core,
  layer: Layer,
  inputs: readonly unknown[],
  before: readonly unknown[],
): string | undefined {
  const { tensors } = splitInputs(inputs);
  for (const [i, tensor] of tensors.entries()) {
    if (Array.isArray(tensor)) return `tensors; input ${i} is an array`;
    if (isPromise(tensor)) return `tensors; input ${i} is a promise`;
    if (!isTensor(core, tensor)) continue;
    if (tensor.isDisposed) return `tensors that are not disposed; input ${i} is`;
    const came = before[i];
    if (isTensor(core, came) && came.dtype !== tensor.dtype) {
      return `${came.dtype} for input ${i}, not ${tensor.dtype}`;
    }
  }
  try {
    layer.assertInputCompatibility(tensors);
  } catch (error) {
    return (error as Error).message;
  }
  return undefined;
}

/**
 * Checks a replacement for an output: it must have as many tensors, of the same dtypes and shapes.
 * @param declared the shapes that are allowed as well, one for each output
 */
export function validateOutput(
  core: Core,
  output: unknown,
  replacement: unknown,
  declared: () => readonly Shape[] | undefined = () => undefined,
): string | undefined {
  if (Array.isArray(output)) {
    if (!Array.isArray(replacement) || replacement.length !== output.length) {
      const came = Array.isArray(replacement) ? `, not of ${replacement.length}` : '';
      return `an array of ${output.length} tensors, one for each output${came}`;
    }
    for (const [i, one] of output.entries()) {
      const given: unknown = replacement[i];
      const expected = isTensor(core, given)
        ? validateTensor(one, given, i, output.length, declared)
        : `a tensor${isPromise(given) ? ', not a promise' : ''}`;
      if (expected !== undefined) return `${expected} (output ${i})`;
    }
    return undefined;
  }
  if (!isTensor(core, output)) return undefined;
  if (Array.isArray(replacement)) return 'one tensor: there is one output';
  // The core itself checks that a tensor is replaced by a tensor.
  return isTensor(core, replacement) ? validateTensor(output, replacement, 0, 1, declared) : undefined;
}

function validateTensor(
  output: Tensor,
  replacement: Tensor,
  index: number,
  count: number,
  declared: () => readonly Shape[] | undefined,
): string | undefined {
  if (replacement.isDisposed) return 'a tensor that is not disposed';
  // The usual case first: tfjs takes long to compute declared shapes.
  if (replacement.dtype === output.dtype && fits(replacement.shape, output.shape)) return undefined;
  const shapes = declared();
  const other = shapes?.length === count ? shapes[index] : undefined;
  const shape = other?.length === output.shape.length ? other : output.shape;
  if (replacement.dtype === output.dtype && fits(replacement.shape, shape)) return undefined;
  const expected = shape.map((size) => size ?? '?').join(', ');
  return `${output.dtype} of shape [${expected}], not ${replacement.dtype} of shape [${replacement.shape.join(', ')}]`;
}

/** The shapes that the model's graph declares for a layer's outputs, null for open sizes; undefined if it declares none. */
export function declaredShapes(layer: Layer): readonly Shape[] | undefined {
  if (layer.inboundNodes.length !== 1) return undefined;
  const shape = layer.outputShape as Shape | readonly Shape[];
  return Array.isArray(shape[0]) ? (shape as readonly Shape[]) : [shape as Shape];
}

function fits(shape: readonly number[], expected: Shape): boolean {
  if (shape.length !== expected.length) return false;
  for (let i = 0; i < shape.length; i++) if (expected[i] !== null && expected[i] !== shape[i]) return false;
  return true;
}

/** Absorbs the promise's rejection, which nothing will handle: it must not end the process. */
function isPromise(value: unknown): boolean {
  if (typeof (value as Promise<unknown> | undefined | null)?.then !== 'function') return false;
  Promise.resolve(value).catch(() => {});
  return true;
}
