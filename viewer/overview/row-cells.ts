import type { HistogramSeries } from '../data/histogram-series.ts';
import type { Range, Statistic } from '../state/view-state.ts';

/** A row of the overview: a cell for each pixel column. */
export interface RowCells {
  /** The statistic; NaN where there is no record, or where it is not known. */
  readonly values: Float64Array;
  /** What share of the values is NaN or infinite: the most of what a cell stands for. */
  readonly wrong: Float64Array;
  /** The columns of the series that a cell stands for: the first of them, or -1. */
  readonly columns: Int32Array;
}

/** Of several numbers in one cell the one that stands out stays: the smallest minimum; otherwise what is farthest from 0. */
const STANDS_OUT: Readonly<Partial<Record<Statistic, (a: number, b: number) => boolean>>> = {
  min: (a, b) => a < b,
  max: (a, b) => a > b,
};
const farther = (a: number, b: number): boolean => Math.abs(a) > Math.abs(b);

/**
 * The statistic of each record where its step is, as far as half the way to its neighbours. Nothing before the first
 * record and after the last. Each record is looked at once, and only again when it changed.
 * @param steps what is drawn, over `width` cells
 */
export function rowCells(series: HistogramSeries, statistic: Statistic, steps: Range, width: number): RowCells {
  const key = `${series.version} ${statistic} ${steps} ${width}`;
  let made = cache.get(series);
  if (made?.key !== key) {
    made = { key, cells: cellsOf(series, statistic, steps, width) };
    cache.set(series, made);
  }
  return made.cells;
}

/** A row is looked at for the scale, and again for its colours, and again when the others scroll. */
const cache = new WeakMap<HistogramSeries, { key: string; cells: RowCells }>();

function cellsOf(series: HistogramSeries, statistic: Statistic, [from, to]: Range, width: number): RowCells {
  const values = new Float64Array(width).fill(Number.NaN);
  const wrong = new Float64Array(width);
  const columns = new Int32Array(width).fill(-1);
  const { length } = series;
  const stands = STANDS_OUT[statistic] ?? farther;
  const position = (step: number) => ((step - from) / (to - from)) * width;
  // Where a record ends and the next one begins.
  const border = (column: number) => (series.lastStep(column) + series.firstStep(column + 1)) / 2;
  // As far as the neighbour on the other side; one record alone is one step wide.
  const before = length > 1 ? border(0) - series.lastStep(0) : 0.5;
  const after = length > 1 ? series.firstStep(length - 1) - border(length - 2) : 0.5;
  const start = Math.max(0, series.columnAt(from));
  for (let column = start; column < length; column++) {
    const left = column === 0 ? series.firstStep(0) - before : border(column - 1);
    const right = column === length - 1 ? series.lastStep(column) + after : border(column);
    if (left >= to) break;
    // The cells whose middles it covers; if there are none, the one that its own middle is in.
    let first = Math.max(0, Math.ceil(position(left) - 0.5));
    let last = Math.min(width, Math.ceil(position(right) - 0.5));
    if (first >= last) {
      first = Math.floor(position((left + right) / 2));
      if (first < 0 || first >= width) continue;
      last = first + 1;
    }
    const value = series.statistic(statistic, column);
    const share = series.statistic('nonFinite', column) || 0;
    for (let cell = first; cell < last; cell++) {
      if (columns[cell] === -1 || Number.isNaN(values[cell]!) || stands(value, values[cell]!)) values[cell] = value;
      if (columns[cell] === -1) columns[cell] = column;
      wrong[cell] = Math.max(wrong[cell]!, share);
    }
  }
  return { values, wrong, columns };
}
