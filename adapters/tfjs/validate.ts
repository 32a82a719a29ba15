/** @file What hooks may put in the place of tensors. Each gives what was expected, or undefined where all is well. */
import { type Core, isTensor, type Layer, type Tensor } from './framework.ts';
import { splitInputs } from './inputs.ts';

type Shape = readonly (number | null)[];

/** Inputs of a pre-hook: alive, of the dtypes that came, and such as the layer itself accepts. */
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

/** A replacement for a layer's output: also of shapes that the model allows there. */
export function validateOutput(core: Core, layer: Layer, output: unknown, replacement: unknown): string | undefined {
  return validateTensors(core, output, replacement, () => declaredShapes(layer));
}

/**
 * A replacement: as many tensors as the output has, of its dtypes and shapes.
 * @param declared gives the shapes that are allowed beside those of the output, if there are any
 */
export function validateTensors(
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
    const shape = (i: number) => {
      const shapes = declared();
      return shapes?.length === output.length ? shapes[i] : undefined;
    };
    for (const [i, one] of output.entries()) {
      const given: unknown = replacement[i];
      const expected = isTensor(core, given)
        ? validateTensor(one, given, () => shape(i))
        : `a tensor${isPromise(given) ? ', not a promise' : ''}`;
      if (expected !== undefined) return `${expected} (output ${i})`;
    }
    return undefined;
  }
  if (!isTensor(core, output)) return undefined;
  if (Array.isArray(replacement)) return 'one tensor: there is one output';
  // That a tensor must stay one is the pipeline's own rule, with its own words.
  if (!isTensor(core, replacement)) return undefined;
  return validateTensor(output, replacement, () => {
    const shapes = declared();
    return shapes?.length === 1 ? shapes[0] : undefined;
  });
}

function validateTensor(
  output: Tensor,
  replacement: Tensor,
  declaredShape: () => Shape | undefined,
): string | undefined {
  if (replacement.isDisposed) return 'a tensor that is not disposed';
  // tfjs takes long to say what was declared: the usual replacement has the shape of the output.
  if (replacement.dtype === output.dtype && fits(replacement.shape, output.shape)) return undefined;
  const declared = declaredShape();
  const shape = declared?.length === output.shape.length ? declared : output.shape;
  if (replacement.dtype === output.dtype && fits(replacement.shape, shape)) return undefined;
  const wanted = shape.map((size) => size ?? '?').join(', ');
  return `${output.dtype} of shape [${wanted}], not ${replacement.dtype} of shape [${replacement.shape.join(', ')}]`;
}

/** Among tensors, where nobody will wait for it: its own rejection must not end the process. */
function isPromise(value: unknown): boolean {
  if (typeof (value as Promise<unknown> | undefined | null)?.then !== 'function') return false;
  Promise.resolve(value).catch(() => {});
  return true;
}

function fits(shape: readonly number[], expected: Shape): boolean {
  if (shape.length !== expected.length) return false;
  for (let i = 0; i < shape.length; i++) if (expected[i] !== null && expected[i] !== shape[i]) return false;
  return true;
}

/** The shapes that the model's graph gives the outputs, null where it leaves a size open; undefined where it says nothing. */
function declaredShapes(layer: Layer): readonly Shape[] | undefined {
  if (layer.inboundNodes.length !== 1) return undefined;
  const shape = layer.outputShape as Shape | readonly Shape[];
  return Array.isArray(shape[0]) ? (shape as readonly Shape[]) : [shape as Shape];
}
