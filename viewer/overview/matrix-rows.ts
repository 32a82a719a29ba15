import { nameOfPlace } from '../axes/place-names.ts';
import { notEmpty } from '../axes/ranges.ts';
import { TagAxis } from '../axes/tag-axis.ts';
import type { CardContext } from '../cards/card.ts';
import { formatCount, formatShare, formatValue } from '../cards/format-numbers.ts';
import { shownColour } from '../cards/run-colours.ts';
import { onAxis } from '../histograms/on-axis.ts';
import { nameFilter } from '../names/name-filter.ts';
import type { Range, Statistic } from '../state/view-state.ts';
import { type Row, spansOf } from './row-cells.ts';

/** One tag of one run. */
export interface MatrixRow extends Row {
  readonly tag: string;
  readonly run: string;
  /** The colour of the run; undefined if there is only one run. */
  readonly colour: string | undefined;
}

/** @returns the rows of the visible runs and of the tags that pass the filter, cached until one of these changes */
export function matrixRows({ store, state, axes }: CardContext): (dark: boolean) => readonly MatrixRow[] {
  let key = '';
  let rows: readonly MatrixRow[] = [];
  return (dark) => {
    const { filter, hiddenRuns, axis, colours } = state.view;
    const now = [store.version, filter, dark, axis, ...colours, ...hiddenRuns].join('\n');
    if (key !== now) [key, rows] = [now, rowsNow()];
    return rows;

    function rowsNow(): MatrixRow[] {
      const tags = store.tags('histogram').filter(nameFilter(filter).matches);
      const stepAxes = new Map(tags.map((tag) => [tag, new TagAxis(axes, state, tag)]));
      const alone = store.runs.length === 1;
      return store.runs.flatMap((run, index) => {
        if (hiddenRuns.has(run)) return [];
        const colour = alone ? undefined : shownColour(run, index, state.view, dark);
        return tags.flatMap((tag) => {
          const series = store.histograms(run, tag);
          if (series === undefined || series.length === 0) return [];
          return [{ tag, run, colour, series, on: onAxis(stepAxes.get(tag)!, run, series) }];
        });
      });
    }
  };
}

/** Long lists are sampled: thousands of rows have much the same steps. */
const SAMPLED_ROWS = 64;

/** The extent of an axis, widened so that the first and the last point are drawn whole. */
export function allSteps(rows: readonly MatrixRow[], extent: Range = [0, 1]): Range {
  let [from, to] = extent;
  for (const row of rows.slice(0, SAMPLED_ROWS)) {
    const { left, right } = spansOf(row);
    if (left.length === 0) continue;
    from = Math.min(from, left[0]!);
    to = Math.max(to, right[right.length - 1]!);
  }
  return notEmpty([from, to]);
}

export const tableHead = (statistic: Statistic): string[] => ['run', 'tag', 'step', statistic, 'non_finite_share'];

/** The statistic of every point within a part of the axis, as rows for export. */
export function statisticTable(
  rows: readonly MatrixRow[],
  statistic: Statistic,
  [from, to]: Range,
): (string | number)[][] {
  const table: (string | number)[][] = [];
  for (const { run, tag, series, on } of rows) {
    for (let column = 0; column < series.length; column++) {
      const place = on.placeOf(column);
      if (!(place >= from && place <= to)) continue;
      table.push([
        run,
        tag,
        series.firstStep(column),
        series.statistic(statistic, column),
        series.statistic('nonFinite', column),
      ]);
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

/** The cell under the pointer. */
export function describeCell(row: MatrixRow, axis: TagAxis, statistic: Statistic): string | undefined {
  const { hover, unit } = axis;
  const column = hover === undefined ? -1 : row.on.columnAt(hover.at);
  if (column === -1) return undefined;
  const { series, tag, run, colour } = row;
  const value = series.statistic(statistic, column);
  const format = isShare(statistic) ? formatShare : formatValue;
  const wrong = series.statistic('nonFinite', column);
  return [
    tag,
    colour === undefined ? '' : run,
    `step ${formatCount(series.firstStep(column))}`,
    unit === 'step' ? '' : nameOfPlace(unit, row.on.placeOf(column)),
    `${STATISTIC_NAMES[statistic].toLowerCase()} ${Number.isNaN(value) ? 'not known' : format(value)}`,
    wrong > 0 && statistic !== 'nonFinite' ? `${formatShare(wrong)} NaN or infinite` : '',
  ]
    .filter(Boolean)
    .join(' · ');
}
