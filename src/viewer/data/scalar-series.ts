/** The numbers of one tag in one run, in the order of steps. Bounded: of too many, every second one goes, but for extremes. */
export interface ScalarSeries {
  readonly length: number;
  readonly version: number;
  /** Views of the series' memory, until it changes; `length` of them. */
  readonly steps: Float64Array;
  readonly values: Float64Array;
  readonly wallTimes: Float64Array;
  add(step: number, wallTime: number, value: number): void;
}
