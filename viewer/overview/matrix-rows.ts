import { formatCount, formatShare, formatValue } from '../cards/format-numbers.ts';
import { runColour } from '../cards/run-colours.ts';
import type { HistogramSeries } from '../data/histogram-series.ts';
import type { Store } from '../data/store.ts';
import type { Range, Statistic, View } from '../state/view-state.ts';
import { tagFilter } from '../tag-filter.ts';

/** One tag of one run. */
export interface MatrixRow {
  readonly tag: string;
  readonly run: string;
  /** The colour of the run; undefined if there is only one run. */
  readonly colour: string | undefined;
  readonly series: HistogramSeries;
}

/** @returns the rows of the visible runs and of the tags that pass the filter, cached until one of these changes */
export function matrixRows(store: Store): (view: View, dark: boolean) => readonly MatrixRow[] {
  let key = '';
  let rows: readonly MatrixRow[] = [];
  return ({ filter, hiddenRuns }, dark) => {
    const now = [store.version, filter, dark, ...hiddenRuns].join('\n');
    if (key !== now) [key, rows] = [now, rowsOf(store, filter, hiddenRuns, dark)];
    return rows;
  };
}

function rowsOf(store: Store, filter: string, hiddenRuns: View['hiddenRuns'], dark: boolean): MatrixRow[] {
  const tags = store.tags('histogram').filter(tagFilter(filter).matches);
  const alone = store.runs.length === 1;
  return store.runs.flatMap((run, index) => {
    if (hiddenRuns.has(run)) return [];
    const colour = alone ? undefined : runColour(index, dark);
    return tags.flatMap((tag) => {
      const series = store.histograms(run, tag);
      return series === undefined || series.length === 0 ? [] : [{ tag, run, colour, series }];
    });
  });
}

/** Long lists are sampled: thousands of rows have much the same steps. */
const SAMPLED_ROWS = 64;

/** All steps, widened so that the first and the last point are drawn whole. */
export function allSteps(rows: readonly MatrixRow[], steps: Range = [0, 1]): Range {
  let [from, to] = steps;
  for (const { series } of rows.slice(0, SAMPLED_ROWS)) {
    const last = series.length - 1;
    if (last === 0) continue;
    from = Math.min(from, series.firstStep(0) - (series.firstStep(1) - series.lastStep(0)) / 2);
    to = Math.max(to, series.lastStep(last) + (series.firstStep(last) - series.lastStep(last - 1)) / 2);
  }
  return from === to ? [from - 0.5, to + 0.5] : [from, to];
}

/** The statistic of every point within the steps, as a table for export. */
export function statisticTable(
  rows: readonly MatrixRow[],
  statistic: Statistic,
  [from, to]: Range,
): (string | number)[][] {
  const table: (string | number)[][] = [['run', 'tag', 'step', statistic, 'non_finite_share']];
  for (const { run, tag, series } of rows) {
    for (let column = 0; column < series.length; column++) {
      const step = series.firstStep(column);
      if (step < from || step > to) continue;
      table.push([run, tag, step, series.statistic(statistic, column), series.statistic('nonFinite', column)]);
    }
  }
  return table;
}

export const STATISTIC_NAMES: Readonly<Record<Statistic, string>> = {
  std: 'Std',
  mean: 'Mean',
  min: 'Min',
  max: 'Max',
  zeros: 'Zeros',
  nonFinite: 'NaN, Inf',
  count: 'Count',
};

/** Whether the statistic is a share of the values, from 0 to 1. */
export const isShare = (statistic: Statistic): boolean => statistic === 'zeros' || statistic === 'nonFinite';

/** The text below the overview: the cell under the pointer, or how to point at one. */
export function describeCell(row: MatrixRow | undefined, { hover, statistic }: View): string {
  const column = row === undefined || hover === undefined ? -1 : row.series.columnAt(hover.step);
  if (row === undefined || column === -1)
    return 'Point at a cell to read it; click to see its card; drag to brush steps.';
  const { series, tag, run, colour } = row;
  const value = series.statistic(statistic, column);
  const format = isShare(statistic) ? formatShare : formatValue;
  const wrong = series.statistic('nonFinite', column);
  return [
    tag,
    colour === undefined ? '' : run,
    `step ${formatCount(series.firstStep(column))}`,
    `${STATISTIC_NAMES[statistic].toLowerCase()} ${Number.isNaN(value) ? 'not known' : format(value)}`,
    wrong > 0 && statistic !== 'nonFinite' ? `${formatShare(wrong)} NaN or infinite` : '',
  ]
    .filter(Boolean)
    .join(' · ');
}
