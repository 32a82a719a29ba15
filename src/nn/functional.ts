/** @file The arithmetic of the layers as functions: `linear`, `relu` and the fused ones, with the checks of their inputs. */
import { describe, typeName } from '../check/index.ts';
import { ForwardError } from '../hooks/index.ts';
import { kernels } from '../kernels/index.ts';
import { biasValues, fitsLinear, pack, packedWeight } from './packed-weights.ts';
import { isParameter, type Parameter } from './parameter.ts';
import { numberOfRows, withLast } from './shape.ts';
import { computed, dataOf, Tensor, valuesOf } from './tensor.ts';

/**
 * `input · weightᵀ + bias`.
 * @param input `[..., inFeatures]`, with any number of leading dimensions; they may be 0
 * @param weight `[outFeatures, inFeatures]`
 * @param bias `[outFeatures]`, or none
 * @returns `[..., outFeatures]`
 * @throws ForwardError with PyTorch's text if shapes do not fit
 */
export function linear(input: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  if (isParameter(weight) && (bias === null || isParameter(bias))) return parameterLinear(input, weight, bias);
  checkLinear(input, weight, bias);
  const packed = pack(weight);
  try {
    const layer = kernels().fuse([{ packed, bias: biasValues(bias), relu: false }]);
    const data = layer.run(valuesOf(input), numberOfRows(input.shape));
    return computed(data, withLast(input.shape, weight.shape[0]!));
  } finally {
    packed.dispose();
  }
}

/** {@link linear} of parameters: their packed form is kept for the next call. */
export function parameterLinear(input: Tensor, weight: Parameter, bias: Parameter | null): Tensor {
  if (!(input instanceof Tensor) || !fitsLinear(weight, bias)) checkLinear(input, weight, bias);
  const { shape } = input;
  if (shape.length === 0 || shape[shape.length - 1] !== weight.shape[1]) checkLinear(input, weight, bias);
  const values = dataOf(input);
  const rows = numberOfRows(shape);
  const layer = packedWeight(weight).single(bias);
  const data = layer.run(values.length === rows * weight.shape[1]! ? values : valuesOf(input), rows);
  return computed(data, withLast(shape, weight.shape[0]!));
}

/**
 * Negative values become 0; NaN and -0 stay, as in PyTorch.
 * @param input any shape
 * @throws ForwardError for anything but a tensor
 */
export function relu(input: Tensor): Tensor {
  checkTensor('relu', 'input', 1, input);
  return computed(kernels().relu(valuesOf(input)), input.shape);
}

function checkLinear(input: Tensor, weight: Tensor, bias: Tensor | null): void {
  checkTensor('linear', 'input', 1, input);
  checkTensor('linear', 'weight', 2, weight);
  if (weight.shape.length !== 2) {
    throw misfit('linear(): weight must have 2 dimensions', 'a weight', weight, '[outFeatures, inFeatures]');
  }
  const { shape } = input;
  const [outFeatures, inFeatures] = weight.shape as [number, number];
  if (shape.length === 0) {
    const text = 'both arguments to linear need to be at least 1D, but they are 0D and 2D';
    throw misfit(text, 'an input', input, `[..., ${inFeatures}]`);
  }
  if (shape[shape.length - 1] !== inFeatures) {
    const sizes = `${numberOfRows(shape)}x${shape[shape.length - 1]} and ${inFeatures}x${outFeatures}`;
    const text = `mat1 and mat2 shapes cannot be multiplied (${sizes})`;
    throw misfit(text, 'an input', input, `[..., ${inFeatures}]`);
  }
  if (bias === null) return;
  checkTensor('linear', 'bias', 3, bias);
  if (bias.shape.length !== 1 || bias.shape[0] !== outFeatures) {
    throw misfit('linear(): the bias does not fit the weight', 'a bias', bias, `[${outFeatures}]`);
  }
}

const misfit = (text: string, what: string, { shape }: Tensor, expected: string): ForwardError =>
  new ForwardError(text, `got: ${what} of shape [${shape.join(', ')}]`, `expected: shape ${expected}`);

function checkTensor(name: string, argument: string, position: number, value: unknown): void {
  if (value instanceof Tensor) return;
  throw new ForwardError(
    `${name}(): argument '${argument}' (position ${position}) must be Tensor, not ${typeName(value)}`,
    `got: ${describe(value)}`,
    'expected: a Tensor, as tensor(values) makes',
  );
}
