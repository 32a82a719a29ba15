/** @file How tensors are read. Reading never makes a forward wait for the device. */
import { type Numbers, type Summary, summarize, type TensorReader } from '../../src/index.ts';
import { type Backend, type Core, isTensor, type Tensor } from './framework.ts';
import { keep } from './memory.ts';

/** @param images the order of the axes of tensors of rank 4, if it is known */
export function tensorReader(core: Core, images?: 'NHWC' | 'NCHW'): TensorReader {
  const reader: TensorReader<Tensor> = {
    is: (value): value is Tensor => isTensor(core, value),
    shape: (tensor) => tensor.shape,
    values: (tensor) => {
      if (!hasNumbers(tensor)) return undefined;
      return isSynchronous(core, tensor) ? tensor.dataSync() : readLater(keep(core, tensor));
    },
    keep: (tensor) => keep(core, tensor),
    layout: ({ length }) => (length === 4 ? images : undefined),
    withValues: ({ shape, dtype }, values) => core.engine.makeTensor(arrayOf(dtype, values), shape, dtype),
    summarize: (tensor) => {
      if (!hasNumbers(tensor)) return undefined;
      if (!isSynchronous(core, tensor)) return summarizeLater(core, tensor);
      return summarize((wasmView(core, tensor) ?? tensor.dataSync()) as Float32Array);
    },
  };
  return reader as TensorReader;
}

function arrayOf(dtype: string, values: Numbers): ArrayLike<number> {
  const numbers = values as ArrayLike<number>;
  if (dtype === 'bool') return Uint8Array.from(numbers, (value) => (value === 0 ? 0 : 1));
  return dtype === 'int32' ? Int32Array.from(numbers) : Float32Array.from(numbers);
}

function hasNumbers({ dtype }: Tensor): boolean {
  if (dtype !== 'complex64') return dtype !== 'string';
  throw new TypeError(`the values of a ${dtype} tensor cannot be read\n  expected: float32, int32 or bool`);
}

async function readLater(kept: Tensor): Promise<Numbers> {
  try {
    return await kept.data();
  } finally {
    kept.dispose();
  }
}

/** Backends whose tensors JavaScript reads without waiting for a device. */
const SYNCHRONOUS: readonly string[] = ['cpu', 'wasm', 'tensorflow'];

const synchronous = new WeakMap<Backend, boolean>();

/** Asks the tensor's own backend, which need not be the current one. */
function isSynchronous(core: Core, tensor: Tensor): boolean {
  const backend = backendOf(core, tensor);
  if (backend === undefined) return SYNCHRONOUS.includes(core.getBackend());
  let known = synchronous.get(backend);
  if (known === undefined) {
    const { registry = {} } = core.engine;
    const name = Object.keys(registry).find((key) => registry[key] === backend) ?? core.getBackend();
    known = SYNCHRONOUS.includes(name);
    synchronous.set(backend, known);
  }
  return known;
}

/**
 * The values in the memory of the wasm backend, without the copy that `dataSync` makes. Read them now: the next
 * operation may free them, and memory that grows detaches the view.
 * @returns undefined for tensors of other backends
 */
function wasmView(core: Core, tensor: Tensor): ArrayLike<number> | undefined {
  const backend = backendOf(core, tensor);
  if (typeof backend?.typedArrayFromHeap !== 'function' || backend.dataIdMap?.has?.(tensor.dataId) !== true) {
    return undefined;
  }
  try {
    return backend.typedArrayFromHeap(tensor);
  } catch {
    // Another thread has grown the memory, and this thread does not see the new part yet.
    return undefined;
  }
}

function backendOf({ engine }: Core, tensor: Tensor): Backend | undefined {
  return engine.state?.tensorInfo?.get(tensor.dataId)?.backend;
}

async function summarizeLater(core: Core, tensor: Tensor): Promise<Summary> {
  const count = tensor.shape.reduce((product, size) => product * size, 1);
  if (count === 0) return summarize([]);
  const kept = core.tidy(() => core.keep(summarizeOnDevice(core, tensor)));
  const row = (await readLater(kept)) as Float32Array;
  // Without a finite value there is nothing to take a mean of.
  if (row[0] === 0) row.fill(Number.NaN, 1, 5);
  const [, mean, variance, min, max, zeros, nan, positiveInfinity, negativeInfinity] = row as unknown as number[];
  return { count, mean, variance, min, max, zeros, nan, positiveInfinity, negativeInfinity } as Summary;
}

/**
 * Statistics as one row of float32, the only values that are read back from the device: the number of finite values,
 * their mean, population variance, minimum and maximum, then the numbers of zeros, NaN, +Infinity and -Infinity.
 * The variance is computed from distances to the mean: in one pass, float32 would lose small variances.
 * Counts are exact up to 2^24.
 */
export function summarizeOnDevice(core: Core, tensor: Tensor): Tensor {
  return core.tidy(() => {
    const x = core.cast(tensor, 'float32');
    const finite = core.isFinite(x);
    const count = (mask: Tensor) => core.sum(core.cast(mask, 'float32'));
    const finiteOr = (values: Tensor, otherwise: number) => core.where(finite, values, core.scalar(otherwise));
    const n = count(finite);
    const mean = core.div(core.sum(finiteOr(x, 0)), n);
    // Non-finite values are replaced before the subtraction: Infinity - Infinity would be NaN.
    const distance = finiteOr(core.sub(finiteOr(x, 0), mean), 0);
    return core.stack([
      n,
      mean,
      core.div(core.sum(core.mul(distance, distance)), n),
      core.min(finiteOr(x, LARGEST)),
      core.max(finiteOr(x, -LARGEST)),
      count(core.equal(x, 0)),
      count(core.isNaN(x)),
      count(core.equal(x, Number.POSITIVE_INFINITY)),
      count(core.equal(x, Number.NEGATIVE_INFINITY)),
    ]);
  });
}

/** The largest float32. */
const LARGEST = 3.4028234663852886e38;
