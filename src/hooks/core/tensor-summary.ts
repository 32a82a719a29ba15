import type { Summary } from '../../check/index.ts';
import type { TensorReader } from './reader.ts';

/**
 * For adapters: takes the place of a tensor whose statistics were computed where the tensor is. `notifyReaders` takes an output with
 * these in place of its tensors, and {@link summaryReader}.
 */
export class TensorSummary {
  static readonly className: string = 'TensorSummary';
  readonly shape: readonly number[];
  /** Undefined if there are no numbers; a promise if the device has to be awaited. */
  readonly summary: Summary | undefined | Promise<Summary | undefined>;

  constructor(shape: readonly number[], summary: TensorSummary['summary']) {
    this.shape = shape;
    this.summary = summary;
  }
}

/** For adapters: reads a {@link TensorSummary}. It has no values. */
export const summaryReader: TensorReader<TensorSummary> = {
  is: (value): value is TensorSummary => value instanceof TensorSummary,
  shape: ({ shape }) => shape,
  summarize: ({ summary }) => summary,
  values() {
    throw new TypeError(
      'the observer gets statistics alone, as its option "reads" says\n  expected: reads: \'values\', to read values',
    );
  },
  keep: (summary) => summary,
};
