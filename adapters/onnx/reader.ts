import type { TensorReader } from '../../src/index.ts';
import { isOnCpu, isTensor, type OnnxTensor } from './framework.ts';

type Values = ReturnType<TensorReader['values']>;
type TensorClass = new (type: string, data: unknown, dims: readonly number[]) => OnnxTensor;

/**
 * How ONNX Runtime's tensors are read. Their arrays are given as they are: the tensor's type says that a Uint16Array holds
 * float16, or which integers are booleans. Values on a device are waited for.
 */
export const tensorReader: TensorReader = {
  is: isTensor,
  shape: (tensor) => (tensor as OnnxTensor).dims,
  values: (value) => {
    const tensor = value as OnnxTensor;
    if (tensor.type === 'string') return undefined;
    return (isOnCpu(tensor) ? tensor.data : tensor.getData!()) as Values;
  },
  keep: (tensor) => keep(tensor as OnnxTensor),
};

/** A copy of a tensor. One on a device is given as it is: only the runtime could copy it. */
export function keep<T extends OnnxTensor>(tensor: T): T {
  if (!isOnCpu(tensor)) return tensor;
  const data = tensor.data as { slice(): unknown };
  return new (tensor.constructor as unknown as TensorClass)(tensor.type, data.slice(), tensor.dims) as T;
}
