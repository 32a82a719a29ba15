/** What every record of a series has. */
interface Point {
  /** The run it belongs to; a live source has one run, 'live' if nothing else was said. */
  readonly run: string;
  readonly tag: string;
  readonly step: number;
  /** Seconds since 1970. */
  readonly wallTime: number;
}

/**
 * Bins from left to right, without gaps: bin i holds `counts[i]` values between `edges[i]` and `edges[i + 1]`. Edges do
 * not descend; two that are equal make a bin for one value.
 */
export interface Bins {
  /** n + 1 of them. */
  readonly edges: Float64Array;
  /** n of them. */
  readonly counts: Float64Array;
}

/**
 * What is known of the values beside their bins. Numbers are NaN where nothing is known: an event file does not tell
 * zeros from what lies near them, if its bins do not.
 */
export interface PointSummary {
  /** All values, those in no bin included. */
  readonly count: number;
  /** Of the finite values, as far as they are known; likewise the next three. */
  readonly mean: number;
  readonly std: number;
  readonly min: number;
  readonly max: number;
  /** Exact zeros, which are in a bin too. */
  readonly zeros: number;
  readonly nan: number;
  readonly negativeInfinity: number;
  readonly positiveInfinity: number;
  /** Finite, and beyond the outer edges: below the first one, above the last one. */
  readonly below: number;
  readonly above: number;
  /** In no bin, and nobody says why: a file gives the sum of NaN, infinities and what is beyond the edges alone. */
  readonly unknown: number;
}

/** The numbers of a summary, in the order in which they are stored. */
export const SUMMARY_NAMES: readonly (keyof PointSummary)[] = [
  'count',
  'mean',
  'std',
  'min',
  'max',
  'zeros',
  'nan',
  'negativeInfinity',
  'positiveInfinity',
  'below',
  'above',
  'unknown',
];

/** The distribution of one tensor. */
export interface HistogramPoint extends Point {
  readonly kind: 'histogram';
  readonly bins: Bins;
  readonly summary: PointSummary;
  /** Where it is the sum of several records: how many, and the last one's step. */
  readonly records?: number;
  readonly lastStep?: number;
}

export interface ScalarPoint extends Point {
  readonly kind: 'scalar';
  readonly value: number;
}

export interface TextPoint extends Point {
  readonly kind: 'text';
  readonly texts: readonly string[];
}

export interface ImagePoint extends Point {
  readonly kind: 'image';
  readonly width: number;
  readonly height: number;
  /** Each of them as a file: a PNG mostly. */
  readonly images: readonly Uint8Array[];
}

/** A run that went on from this step after a crash: its points from there on do not count. */
export interface RestartPoint {
  readonly kind: 'restart';
  readonly run: string;
  readonly step: number;
}

/** What a source gives. */
export type ViewerPoint = HistogramPoint | ScalarPoint | TextPoint | ImagePoint | RestartPoint;
