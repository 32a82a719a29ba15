/** @file What a summary holds. */

/** One module, under its first path. */
export interface ModuleSummary {
  /** '' for the model itself. */
  readonly path: string;
  /** The name of its class, or of the op of a node. */
  readonly kind: string;
  /** How many modules are around it. */
  readonly depth: number;
  /** Whether there are modules inside it. */
  readonly isContainer: boolean;
  /** How often the run called it. */
  readonly calls: number;
  /** The shapes of the tensors of its first call; undefined if it was not called. */
  readonly inputs: readonly (readonly number[])[] | undefined;
  readonly outputs: readonly (readonly number[])[] | undefined;
  /** The number of values of its own parameters, without those of the modules inside. */
  readonly parameters: number;
  readonly parameterBytes: number;
  /** Of its own parameters, in those of the model: from 0 to 1. */
  readonly share: number;
  /** Of all its calls, and of those of the modules inside; undefined where there is no formula. */
  readonly multiplyAdds: number | undefined;
  /** Of the tensors of its outputs in all calls. */
  readonly outputBytes: number;
}

/** The sums of a {@link summary}. */
export interface SummaryTotals {
  /** Each parameter once, however many modules share it. */
  readonly parameters: number;
  readonly parameterBytes: number;
  /** Of the modules for which there is a formula. */
  readonly multiplyAdds: number;
  /** The paths of modules with parameters, and without modules inside, for which there is none. */
  readonly unknown: readonly string[];
  /** Of the inputs of the model's first call. */
  readonly inputBytes: number;
  /** Of all outputs of modules without modules inside. */
  readonly outputBytes: number;
}

/** What `summary` gives: rows, totals, and both as a table. */
export interface Summaries {
  readonly modules: readonly ModuleSummary[];
  readonly totals: SummaryTotals;
  /** The table, in lines of at most `width` characters, default those of the terminal. */
  toString(width?: number): string;
}
