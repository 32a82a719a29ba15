interface Point {
  /** The name of the run; by default 'live' for a live source. */
  readonly run: string;
  readonly tag: string;
  readonly step: number;
  /** Seconds since 1970. */
  readonly wallTime: number;
}

/**
 * Bins without gaps: bin i holds `counts[i]` values between `edges[i]` and `edges[i + 1]`. Edges do not descend; equal ones
 * bound a bin for a single value.
 */
export interface Bins {
  /** n + 1 edges of n bins. */
  readonly edges: Float64Array;
  /** n counts. */
  readonly counts: Float64Array;
}

/**
 * Statistics of the values. Unknown ones are NaN: zeros, for example, if an event file has them in a bin with other
 * values.
 */
export interface PointSummary {
  /** The number of values, those in no bin included. */
  readonly count: number;
  /** The mean of the finite values; the next three numbers are theirs, too. */
  readonly mean: number;
  readonly std: number;
  readonly min: number;
  readonly max: number;
  /** Exact zeros; they are in a bin too. */
  readonly zeros: number;
  readonly nan: number;
  readonly negativeInfinity: number;
  readonly positiveInfinity: number;
  /** Finite values below the first and above the last edge. */
  readonly below: number;
  readonly above: number;
  /** Values in no bin for an unknown reason: a file may give only the sum of NaN, infinities and values beyond the edges. */
  readonly unknown: number;
}

/** The names of the statistics, in the order in which they are stored. */
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
  /** For the sum of several points: their number, and the step of the last. */
  readonly points?: number;
  readonly lastStep?: number;
}

/** One number of a curve. */
export interface ScalarPoint extends Point {
  readonly kind: 'scalar';
  readonly value: number;
}

/** Texts of one step. */
export interface TextPoint extends Point {
  readonly kind: 'text';
  readonly texts: readonly string[];
}

/** Images of one step. */
export interface ImagePoint extends Point {
  readonly kind: 'image';
  readonly width: number;
  readonly height: number;
  /** Image files, usually PNG. */
  readonly images: readonly Uint8Array[];
}

/** A run resumed from this step after a crash: its earlier points from there on are dropped. */
export interface RestartPoint {
  readonly kind: 'restart';
  readonly run: string;
  readonly step: number;
}

/** Something of a run that the viewer does not show, such as a sound. Repeated ones count once. */
export interface NotShownPoint {
  readonly kind: 'notShown';
  readonly run: string;
  /** The tag; '' for what a run has once. */
  readonly tag: string;
  /** `'graph'`, or the name of TensorBoard's plugin: `'audio'`, `'hparams'`, `'mesh'`, `'pr_curves'`, `'custom_scalars'`, … */
  readonly what: string;
}

/** What a source gives a viewer. */
export type ViewerPoint = HistogramPoint | ScalarPoint | TextPoint | ImagePoint | RestartPoint | NotShownPoint;
