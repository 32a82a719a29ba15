import type { NumericArray } from '../../check/index.ts';

/** An edit as an adapter sees it, to carry it out itself. */
export interface RegisteredEdit {
  /** `zero` is a replacement by 0. */
  readonly op: 'add' | 'scale' | 'clamp' | 'replace' | 'keep' | 'ablate' | 'blend';
  /** The axis of the indices of keep and ablate; undefined for other edits. */
  readonly axis: number | undefined;
  /**
   * The value of add, scale or replace; the bounds of clamp; the indices of keep or ablate; `with` and the amount of blend.
   * `set` puts another array here, and leaves this one as it is.
   */
  readonly operands: readonly EditOperand[];
}

/** The numbers of an edit, as its arithmetic takes them. */
export interface EditOperand {
  /** Row-major; float32 but for indices. */
  readonly values: Float32Array | Int32Array;
  /** Aligned to the last axes of the output, which may have fewer if the first ones here are 1; empty for a single number. */
  readonly shape: readonly number[];
  /** The axis that an array of values lies along, if it is counted from the front; else undefined. */
  readonly axis: number | undefined;
  /** The tensor that replaces the output, whose type is the type of its values; undefined for other edits. */
  readonly tensor: unknown;
  /** A copy of its values; undefined if they are not numbers: then the tensor is a copy. */
  readonly data: NumericArray | undefined;
}
