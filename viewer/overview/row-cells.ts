import { upperBound } from '../data/binary-search.ts';
import type { HistogramSeries } from '../data/histogram-series.ts';
import { extents } from '../histograms/columns.ts';
import type { OnAxis } from '../histograms/on-axis.ts';
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

/** The columns of a series on the axis. */
export interface Row {
  readonly series: HistogramSeries;
  readonly on: OnAxis;
}

/**
 * The statistic of each point, where cards show it too: from halfway to the previous to halfway to the next point, less
 * beside a gap. Cached, since scale, colours and scrolling all need the cells.
 * @param steps the part of the axis that `width` cells cover
 */
export function rowCells(row: Row, statistic: Statistic, steps: Range, width: number): RowCells {
  const { series, on } = row;
  const key = `${series.version} ${statistic} ${steps} ${width}`;
  let made = cache.get(series);
  if (made?.key !== key || made.times !== on.times) {
    made = { key, times: on.times, cells: cellsOf(row, statistic, steps, width) };
    cache.set(series, made);
  }
  return made.cells;
}

interface Cached {
  readonly key: string;
  readonly times: Float64Array | undefined;
  readonly cells: RowCells;
}
const cache = new WeakMap<HistogramSeries, Cached>();

interface Spans {
  readonly version: number;
  readonly times: Float64Array | undefined;
  readonly left: Float64Array;
  readonly right: Float64Array;
}
const spans = new WeakMap<HistogramSeries, Spans>();

/** What each column covers of the axis. */
export function spansOf({ series, on: { times } }: Row): Spans {
  let made = spans.get(series);
  if (made === undefined || made.version !== series.version || made.times !== times) {
    const first = times ?? series.steps;
    const last = times ?? Float64Array.from({ length: series.length }, (_, column) => series.lastStep(column));
    made = { version: series.version, times, ...extents(first, last) };
    spans.set(series, made);
  }
  return made;
}

function cellsOf(row: Row, statistic: Statistic, [from, to]: Range, width: number): RowCells {
  const { series } = row;
  const values = new Float64Array(width).fill(Number.NaN);
  const wrong = new Float64Array(width);
  const columns = new Int32Array(width).fill(-1);
  const { left, right } = spansOf(row);
  const isShown = STANDS_OUT[statistic] ?? farther;
  const position = (place: number) => ((place - from) / (to - from)) * width;
  for (let column = upperBound(right, from); column < left.length; column++) {
    if (left[column]! >= to) break;
    // The cells whose middles it covers, or else the cell of its own middle.
    let first = Math.max(0, Math.ceil(position(left[column]!) - 0.5));
    let last = Math.min(width, Math.ceil(position(right[column]!) - 0.5));
    if (first >= last) {
      first = Math.floor(position((left[column]! + right[column]!) / 2));
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
