/** @file How many multiply-adds a call takes, by written formulas. */
import type { ModuleParameter } from '../hooks/index.ts';
import { sizeOf } from './values.ts';

type Shape = readonly number[];

export interface CallShapes {
  readonly kind: string;
  readonly parameters: readonly ModuleParameter[];
  readonly inputs: readonly Shape[];
  readonly outputs: readonly Shape[];
}

/**
 * The multiply-adds of one call. A bias counts one for each value of the output, as in torchinfo.
 *
 * - Linear, Dense, Gemm, MatMul: values of the output x the length of a sum.
 * - Conv: values of the output x the values of a kernel, which has only the channels of its group.
 * - ConvTranspose: values of the input x the values of a kernel.
 * - ONNX's Attention: (values of the queries + values of the output) x the length of the keys.
 * @returns undefined where there is no formula
 */
export function multiplyAdds(call: CallShapes): number | undefined {
  const [first, second] = call.inputs;
  const [output] = call.outputs;
  if (first === undefined || output === undefined) return undefined;
  const { kind } = call;
  const [weight, ...more] = call.parameters;
  const bias = more.length > 0 ? sizeOf(output) : 0;
  if (/^(Linear|Dense|Gemm)$/.test(kind) && weight?.shape.length === 2) {
    // The weight of a Gemm may be transposed.
    return (sizeOf(output) * sizeOf(weight.shape)) / output.at(-1)! + bias;
  }
  // Of two activations.
  if (kind === 'MatMul') return sizeOf(output) * first.at(-1)!;
  if (kind === 'Gemm') return (sizeOf(output) * sizeOf(first)) / output[0]!;
  if (kind === 'Attention' && second !== undefined) return (sizeOf(first) + sizeOf(output)) * second.at(-2)!;
  return weight === undefined ? undefined : convolution(kind, weight, first, output, bias);
}

function convolution(
  kind: string,
  { name, shape }: ModuleParameter,
  input: Shape,
  output: Shape,
  bias: number,
): number | undefined {
  const isConvolution = /^(Conv([123]d)?|Conv[123]D)$/.test(kind);
  const isTransposed = /^Conv(Transpose([123]d)?|[23]DTranspose)$/.test(kind);
  // tfjs: [...window, channels in, channels out]; transposed, and depthwise, [...window, out, in] and [...window, in, multiplier].
  const isTfjs = name === 'kernel' || name === 'depthwise_kernel';
  if (kind === 'DepthwiseConv2D' && isTfjs) return sizeOf(output) * sizeOf(shape.slice(0, -2)) + bias;
  // PyTorch and ONNX: [channels out, channels of a group, ...window]; transposed [channels in, …].
  const kernel = isTfjs ? shape.slice(0, -1) : shape.slice(1);
  if (isConvolution) return sizeOf(output) * sizeOf(kernel) + bias;
  if (isTransposed) return sizeOf(input) * sizeOf(kernel) + bias;
  return undefined;
}
