/** @file Two small runs that PyTorch logged, and what is known of them: see test/fixtures/make/viewer.py. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The log directory. */
export const logs: string = fileURLToPath(new URL('../fixtures/viewer/logs', import.meta.url));

export interface ExpectedHistogram {
  run: string;
  tag: string;
  step: number;
  /** Of the values that were logged; mean and so on of the finite ones. */
  count: number;
  mean: number;
  std: number;
  min: number;
  max: number;
  zeros: number;
  nan: number;
  infinite: number;
  /** Of the bins in the file, without empty ones at the ends. */
  bins: number;
  inBins: number;
  first: number;
  last: number;
  largest: number;
  largestAt: number;
  quantiles: number[];
}

export interface ExpectedScalars {
  run: string;
  tag: string;
  steps: number[];
  /** null for NaN. */
  values: (number | null)[];
}

export const expected: { shares: number[]; histograms: ExpectedHistogram[]; scalars: ExpectedScalars[] } = JSON.parse(
  readFileSync(new URL('../fixtures/viewer/expected.json', import.meta.url), 'utf8'),
);
