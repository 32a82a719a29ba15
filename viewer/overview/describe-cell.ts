import { formatCount, formatShare, formatValue } from '../cards/numbers.ts';
import type { View } from '../state/view-state.ts';
import type { MatrixRow } from './matrix.ts';
import { STATISTIC_NAMES } from './statistic-names.ts';

/** What is read below the overview: of the cell that is pointed at, or how to point at one. */
export function describeCell(row: MatrixRow | undefined, { hover, statistic }: View): string {
  const column = row === undefined || hover === undefined ? -1 : row.series.columnAt(hover.step);
  if (row === undefined || column === -1)
    return 'Point at a cell to read it; click to see its card; drag to brush steps.';
  const { series, tag, run, colour } = row;
  const value = series.statistic(statistic, column);
  const isShare = statistic === 'zeros' || statistic === 'nonFinite';
  const number = Number.isNaN(value) ? 'not known' : isShare ? formatShare(value) : formatValue(value);
  const wrong = series.statistic('nonFinite', column);
  return [
    tag,
    colour === undefined ? '' : run,
    `step ${formatCount(series.firstStep(column))}`,
    `${STATISTIC_NAMES[statistic].toLowerCase()} ${number}`,
    wrong > 0 && statistic !== 'nonFinite' ? `${formatShare(wrong)} NaN or infinite` : '',
  ]
    .filter(Boolean)
    .join(' · ');
}
