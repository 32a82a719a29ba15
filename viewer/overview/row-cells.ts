import type { HistogramSeries } from '../data/histogram-series.ts';
import type { Range, Statistic } from '../state/view-state.ts';

/** A row of the matrix, with a cell for each pixel column. */
export interface RowCells {
  /** The statistic; NaN if there is no point or it is unknown. */
  readonly values: Float64Array;
  /** The share of values that are NaN or infinite; the highest of the points in a cell. */
  readonly wrong: Float64Array;
  /** The first column of the series in a cell, or -1. */
  readonly columns: Int32Array;
}

/** Which of two numbers in a cell is shown. */
const STANDS_OUT: Readonly<Partial<Record<Statistic, (a: number, b: number) => boolean>>> = {
  min: (a, b) => a < b,
  max: (a, b) => a > b,
};
const farther = (a: number, b: number): boolean => Math.abs(a) > Math.abs(b);

/**
 * The statistic of each point, from halfway to the previous to halfway to the next point. Cells before the first and
 * after the last point are empty. Cached, since scale, colours and scrolling all need the cells.
 * @param steps the range that `width` cells cover
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

const cache = new WeakMap<HistogramSeries, { key: string; cells: RowCells }>();

function cellsOf(series: HistogramSeries, statistic: Statistic, [from, to]: Range, width: number): RowCells {
  const values = new Float64Array(width).fill(Number.NaN);
  const wrong = new Float64Array(width);
  const columns = new Int32Array(width).fill(-1);
  const { length } = series;
  const isShown = STANDS_OUT[statistic] ?? farther;
  const position = (step: number) => ((step - from) / (to - from)) * width;
  const border = (column: number) => (series.lastStep(column) + series.firstStep(column + 1)) / 2;
  // The outer sides mirror the inner ones. A single point is one step wide.
  const before = length > 1 ? border(0) - series.lastStep(0) : 0.5;
  const after = length > 1 ? series.firstStep(length - 1) - border(length - 2) : 0.5;
  const start = Math.max(0, series.columnAt(from));
  for (let column = start; column < length; column++) {
    const left = column === 0 ? series.firstStep(0) - before : border(column - 1);
    const right = column === length - 1 ? series.lastStep(column) + after : border(column);
    if (left >= to) break;
    // The cells whose middles it covers, or else the cell of its own middle.
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
      if (columns[cell] === -1 || Number.isNaN(values[cell]!) || isShown(value, values[cell]!)) values[cell] = value;
      if (columns[cell] === -1) columns[cell] = column;
      wrong[cell] = Math.max(wrong[cell]!, share);
    }
  }
  return { values, wrong, columns };
}
