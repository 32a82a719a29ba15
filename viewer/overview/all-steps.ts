import type { Range } from '../state/view-state.ts';
import type { MatrixRow } from './matrix.ts';

/** All steps, and room for the first and the last record to be seen whole. */
export function allSteps(rows: readonly MatrixRow[], steps: Range = [0, 1]): Range {
  let [from, to] = steps;
  // Where thousands of rows are, they are much alike.
  for (const { series } of rows.slice(0, 64)) {
    const last = series.length - 1;
    if (last === 0) continue;
    from = Math.min(from, series.firstStep(0) - (series.firstStep(1) - series.lastStep(0)) / 2);
    to = Math.max(to, series.lastStep(last) + (series.firstStep(last) - series.lastStep(last - 1)) / 2);
  }
  return from === to ? [from - 0.5, to + 0.5] : [from, to];
}
