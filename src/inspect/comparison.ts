/** @file What a comparison has found. */

export type Verdict = 'PASS' | 'PASS_WITH_TOLERANCE' | 'FAIL' | 'INCONCLUSIVE';

/** The difference of the tensors on one side of a module. */
export interface ValueDifference {
  /** The largest |a - b|; null where it is infinite: a NaN, another shape. */
  readonly max: number | null;
  /** The root mean square of a - b, divided by that of a; null where it is infinite. */
  readonly relative: number | null;
  /** The largest difference as a multiple of the local tolerance; null where it is infinite. */
  readonly tolerances: number | null;
  /** The index of that value in the tensor, and both values there, as text: JSON has no NaN. */
  readonly at: number;
  readonly a: string;
  readonly b: string;
  /** How many values are beyond the tolerance, of how many. */
  readonly beyond: number;
  readonly count: number;
  /** Where only samples of a tensor are known, and a statistic of all its values differs most, which one `a` and `b` are. */
  readonly statistic?: string;
  /** Why the two cannot be compared: their shapes. */
  readonly problem?: string;
}

/** One module that was compared, in one of its calls. */
export interface ModuleDifference {
  /** Its path in a. */
  readonly path: string;
  readonly pathInB: string;
  readonly kind: string;
  readonly call: number;
  /** Of its inputs, before they were replaced; undefined if there was nothing to compare. */
  readonly inputs?: ValueDifference;
  /** Of its output. In a locked run this is the error of the module itself. */
  readonly output?: ValueDifference;
}

/** A call of a that b has not. */
export interface MissingCall {
  readonly path: string;
  readonly kind: string;
  /** The path in b that does its work too, as far as the values tell. */
  readonly heldBy?: string;
}

/** What `compare` and `layertap diff` have found. */
export interface Comparison {
  readonly verdict: Verdict;
  /** Why it is no plain PASS, in sentences. */
  readonly why: readonly string[];
  /**
   * The first module whose inputs agree and whose output does not, the innermost one; undefined if there is none, or if the
   * difference arises between modules.
   */
  readonly first?: ModuleDifference;
  /** The modules between which the first difference arises: the last one that agrees, and the one whose inputs differ. */
  readonly between?: readonly [string, string];
  /** The module whose own code computes what is between them. */
  readonly inside?: string;
  /** Whether b's modules ran with a's values. */
  readonly mode: 'locked' | 'free';
  /** The share of a's calls that were compared, from 0 to 1. */
  readonly coverage: number;
  /** In the order in which a's calls started. */
  readonly modules: readonly ModuleDifference[];
  /** The calls of a that b has not. */
  readonly missing: readonly MissingCall[];
  /** A report in text. */
  toString(): string;
}
