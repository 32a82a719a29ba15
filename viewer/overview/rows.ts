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

/** The rows of the visible runs and of the tags that pass the filter, cached until one of these changes. */
export class MatrixRows {
  readonly #store: Store;
  #key = '';
  #rows: readonly MatrixRow[] = [];

  constructor(store: Store) {
    this.#store = store;
  }

  get({ filter, hiddenRuns }: View, dark: boolean): readonly MatrixRow[] {
    const key = [this.#store.version, filter, dark, ...hiddenRuns].join('\n');
    if (this.#key !== key) {
      this.#key = key;
      this.#rows = rowsOf(this.#store, filter, hiddenRuns, dark);
    }
    return this.#rows;
  }
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

/** All steps, widened so that the first and the last record are drawn whole. */
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

/** The statistic of every record within the steps, as a table for export. */
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
