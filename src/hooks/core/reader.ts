/** @file Reading the tensors of a framework. */
import {
  isThenable,
  type Numbers,
  type NumericArray,
  plainSummary,
  readNumbers,
  type Summary,
} from '../../check/index.ts';

/** What {@link TensorReader.values} returns. */
export type TensorValues = NumericArray | undefined;

/**
 * Reads the tensors of one framework. The hooks know no tensor class: each Hookable brings its reader.
 */
export interface TensorReader<T = unknown> {
  /** Whether a value, of any type, is a tensor of this framework. */
  is(value: unknown): value is T;
  /** The sizes of the dimensions, outermost first; empty for a scalar. */
  shape(tensor: T): readonly number[];
  /**
   * The values, row-major; undefined if they are not numbers, as in a tensor of strings; a promise if the framework has
   * to wait for a device. A Float32Array is fastest, and is not copied. A Uint16Array holds the bits of float16 or
   * bfloat16 if the tensor's `dtype` or `type` says so, as `float16`, `F16` or `torch.float16`.
   */
  values(tensor: T): TensorValues | Promise<TensorValues>;
  /** A copy that outlives the call. */
  keep(tensor: T): T;
  /** A tensor like the given one, with these values, which are converted to its element type. Edits need it. */
  withValues?(tensor: T, values: Numbers): T;
  /**
   * The order of the axes of such a tensor, where the framework has one: `NHWC`, `NCHW`. Undefined where it has none; then
   * nothing is assumed.
   */
  layout?(shape: readonly number[]): string | undefined;
  /**
   * Statistics, computed on the device or by `summarize` of layertap. Default: plain JavaScript over the values, which
   * takes twenty times as long as `summarize` for 100,000 values. Undefined if there are no numbers.
   */
  summarize?(tensor: T): Summary | undefined | Promise<Summary | undefined>;
}

/** Why nothing of an output is read. */
export const NO_READER = 'its module has no TensorReader, which attach(object, method, { reader }) takes';

/**
 * The statistics of a tensor: by its reader if that has `summarize`, else in plain JavaScript.
 * @param where names the call in messages
 * @returns undefined for a tensor without numbers
 * @throws TypeError for values that cannot be read as numbers
 */
export function summaryOf(
  where: string,
  reader: TensorReader,
  tensor: unknown,
): Summary | undefined | PromiseLike<Summary | undefined> {
  if (reader.summarize !== undefined) return reader.summarize(tensor);
  const summaryOfValues = (values: TensorValues) =>
    values === undefined ? undefined : plainSummary(readNumbers(where, 'values', values, tensor));
  const values = reader.values(tensor);
  return isThenable(values) ? values.then(summaryOfValues) : summaryOfValues(values);
}
