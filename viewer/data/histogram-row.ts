/** @file The fields of a column of histograms in a row of numbers: see HistogramSeries. */
import { type PointSummary, SUMMARY_NAMES } from './points.ts';

export const FIRST_STEP = 0;
export const LAST_STEP = 1;
export const WALL_TIME = 2;
export const POINTS = 3;
/** The number of bins, and the place and size of their counts in the pool. */
export const BINS = 4;
export const COUNTS_AT = 5;
export const COUNTS_BYTES = 6;
/** The place of the edges in the pool; below 0, -1 - their place in the default edges. */
export const EDGES = 7;
export const SUMMARY = 8;
export const WIDTH: number = SUMMARY + SUMMARY_NAMES.length;

export const summaryField = (name: keyof PointSummary): number => SUMMARY + SUMMARY_NAMES.indexOf(name);
export const COUNT: number = summaryField('count');
export const ZEROS: number = summaryField('zeros');
export const NAN: number = summaryField('nan');
export const MIN: number = summaryField('min');
export const MAX: number = summaryField('max');
