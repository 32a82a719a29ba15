import { columnsWithin } from './columns.ts';
import { evenly } from './curves.ts';
import type { RunHistograms, Scene } from './scene.ts';

type Row = (string | number)[];

/**
 * The histograms of a scene as a table for export, with a row for each bin of each drawn column. Values in no bin have
 * rows from `NaN` to `NaN`, from `Infinity` to `Infinity` and so on; values of unknown kind from `''` to `''`.
 */
export function histogramRows(scene: Scene): Row[] {
  const rows: Row[] = [['run', 'step', 'left', 'right', 'count']];
  for (const of of scene.runs) for (const column of drawnColumns(of, scene)) addRows(of, column, rows);
  return rows;
}

function drawnColumns(of: RunHistograms, { view, steps, runs }: Scene): number[] {
  if (view.histograms !== 'heat') return evenly(of, view.brush ?? steps, Math.ceil(60 / runs.length));
  const [first, end] = columnsWithin(of.columns, steps);
  return Array.from({ length: end - first }, (_, i) => first + i);
}

function addRows({ run, series, columns }: RunHistograms, column: number, rows: Row[]): void {
  const step =
    series.records(column) === 1 ? series.firstStep(column) : `${series.firstStep(column)}..${series.lastStep(column)}`;
  const { edges, counts } = columns.bins(column);
  const add = (left: string | number, right: string | number, count: number): void => {
    if (count > 0) rows.push([run, step, left, right, count]);
  };
  const { below, above, nan, negativeInfinity, positiveInfinity, unknown } = series.summary(column);
  add('-Infinity', edges[0]!, below);
  for (let bin = 0; bin < counts.length; bin++) rows.push([run, step, edges[bin]!, edges[bin + 1]!, counts[bin]!]);
  add(edges[counts.length]!, 'Infinity', above);
  add('-Infinity', '-Infinity', negativeInfinity);
  add('Infinity', 'Infinity', positiveInfinity);
  add('NaN', 'NaN', nan);
  add('', '', unknown);
}
