/** An edit as an adapter sees it, to carry it out itself. */
export interface RegisteredEdit {
  /** `zero` is a replacement by 0. */
  readonly op: 'add' | 'scale' | 'clamp' | 'replace' | 'keep' | 'ablate' | 'blend';
  /** Of keep and ablate. */
  readonly axis: number | undefined;
  /**
   * The value of add, scale or replace; the bounds of clamp; the indices of keep or ablate; `with` and the number of blend.
   * `set` puts another array here, and leaves this one as it is.
   */
  readonly operands: readonly EditOperand[];
}

export interface EditOperand {
  /** Row-major; float32 but for indices. */
  readonly values: Float32Array | Int32Array;
  /** Aligned to the last axes of the output, without leading ones; empty for a single number. */
  readonly shape: readonly number[];
  /** Of an array along an axis that is counted from the front: that axis. */
  readonly axis: number | undefined;
  /** Of a replacement by a tensor: a copy of it, with its type. */
  readonly tensor: unknown;
}
