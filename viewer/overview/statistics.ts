import { formatCount, formatShare, formatValue } from '../cards/numbers.ts';
import type { Statistic, View } from '../state/view-state.ts';
import type { MatrixRow } from './rows.ts';

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
