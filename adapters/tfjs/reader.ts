import { type Numbers, type Summary, summarize, type TensorReader } from '../../src/index.ts';
import { inPlace, isSynchronous } from './backend.ts';
import { type Core, isTensor, type Tensor } from './framework.ts';
import { summarizeOnDevice } from './summarize-on-device.ts';

/** How tfjs's tensors are read: at once where that costs nothing, else without ever holding up the forward. */
export function tensorReader(core: Core): TensorReader {
  const reader: TensorReader<Tensor> = {
    is: (value): value is Tensor => isTensor(core, value),
    shape: (tensor) => tensor.shape,
    values: (tensor) => {
      if (tensor.dtype === 'string') return undefined;
      checkNumbers(tensor);
      return isSynchronous(core, tensor) ? tensor.dataSync() : readLater(keep(core, tensor));
    },
    keep: (tensor) => keep(core, tensor),
    summarize: (tensor) => {
      if (tensor.dtype === 'string') return undefined;
      checkNumbers(tensor);
      if (!isSynchronous(core, tensor)) return summarizeLater(core, tensor);
      return summarize((inPlace(core, tensor) ?? tensor.dataSync()) as Float32Array);
    },
  };
  return reader as TensorReader;
}

/**
 * A copy that outlives the call and every tidy around it. It shares the values; tf.keep alone does not help, because the
 * executor of a model disposes of what it has consumed, kept or not.
 */
export function keep(core: Core, tensor: Tensor): Tensor {
  return core.keep(tensor.clone());
}

async function readLater(kept: Tensor): Promise<Numbers> {
  try {
    return await kept.data();
  } finally {
    kept.dispose();
  }
}

async function summarizeLater(core: Core, tensor: Tensor): Promise<Summary> {
  const count = tensor.shape.reduce((product, size) => product * size, 1);
  if (count === 0) return summarize([]);
  const row = core.tidy(() => core.keep(summarizeOnDevice(core, tensor)));
  const [finite, mean, variance, min, max, zeros, nan, positiveInfinity, negativeInfinity] = (await readLater(
    row,
  )) as number[];
  const none = finite === 0;
  return {
    count,
    mean: none ? NaN : mean!,
    variance: none ? NaN : variance!,
    min: none ? NaN : min!,
    max: none ? NaN : max!,
    zeros: zeros!,
    nan: nan!,
    positiveInfinity: positiveInfinity!,
    negativeInfinity: negativeInfinity!,
  };
}

function checkNumbers(tensor: Tensor): void {
  if (tensor.dtype !== 'complex64') return;
  throw new TypeError(`the values of a ${tensor.dtype} tensor cannot be read\n  expected: float32, int32 or bool`);
}
