import type { HistogramBins } from './summaries/bins.ts';

/** A step of a series: a number is cut off to a whole one; beyond the safe integers a bigint of 64 bits. */
export type Step = number | bigint;

export interface AddOptions {
  /** When it happened, in seconds since 1970. Default: now. */
  readonly wallTime?: number;
}

export interface AddScalarOptions extends AddOptions {
  /** As a tensor with metadata instead of the older `simple_value`. Default false. */
  readonly newStyle?: boolean;
  /** With `newStyle`: as a float64, which TensorBoard's fast loader does not take for a scalar. Default false. */
  readonly doublePrecision?: boolean;
}

export interface AddHistogramOptions extends AddOptions {
  /** Default `'tensorflow'`: 1548 bins that grow by a tenth from ±1e-12 to ±9.92e19. */
  readonly bins?: HistogramBins;
  /** Neighbouring bins are merged where there are more; as in PyTorch, one more than this may be left. */
  readonly maxBins?: number;
}

export interface AddImageOptions extends AddOptions {
  /** What each dimension is: the letters of HW, CHW or NCHW, in any order. Default CHW, HWC for ImageData, NCHW for a batch. */
  readonly dataformats?: string;
}

export interface AddHparamsOptions extends AddOptions {
  /** All values that a hyperparameter may have, by its name. */
  readonly hparamDomainDiscrete?: Readonly<Record<string, readonly (number | string | boolean)[]>>;
  /** The run, below the log directory. Default: the time. */
  readonly runName?: string;
  /** Default 0. */
  readonly step?: Step;
}
