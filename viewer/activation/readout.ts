/** @file The value at the pointer, in words. */
import type { Activation } from './activation.ts';
import type { Cell } from './frame.ts';

/** The index of the cell's first value, for each axis. */
export function indexOfCell({ plan }: Activation, { map, row, column }: Cell): number[] {
  const { axes, block } = plan;
  const index = [...plan.index];
  if (axes.maps !== -1) index[axes.maps] = map;
  if (axes.rows !== -1) index[axes.rows] = row * block[0];
  if (axes.columns !== -1) index[axes.columns] = column * block[1];
  return index;
}

/** The shortest digits that give the value again: those of a float32 if it is one. */
export function exactText(value: number, isFloat32: boolean): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '−Inf';
  let text = String(value);
  for (let digits = 1; isFloat32 && digits <= 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) !== value) continue;
    text = String(short);
    break;
  }
  return text.replace('-', '−').replace('e-', 'e−').replace('e+', 'e');
}

/**
 * Where a cell is and what it holds: `[0, 3, 4–7] cat → sat`, `0.25`. Labels are those of the first value.
 * @param value of the cell
 */
export function describeCell(activation: Activation, cell: Cell, value: number): { where: string; value: string } {
  const { plan, shape, labels, cells } = activation;
  const { axes, block } = plan;
  const first = indexOfCell(activation, cell);
  const spans = first.map((at, axis) => {
    const by = axis === axes.rows ? block[0] : axis === axes.columns ? block[1] : 1;
    const last = Math.min(at + by, shape[axis]!) - 1;
    return last > at ? `${at}–${last}` : String(at);
  });
  const named = (names: readonly string[] | undefined, axis: number) =>
    axis === -1 ? undefined : names?.[first[axis]!];
  const map = named(labels?.maps, axes.maps);
  const between = [named(labels?.rows, axes.rows), named(labels?.columns, axes.columns)].filter(
    (name) => name !== undefined,
  );
  const names = [...(map === undefined ? [] : [map]), ...(between.length > 0 ? [between.join(' → ')] : [])];
  return {
    where: [`[${spans.join(', ')}]`, ...names].join(' '),
    value: exactText(value, cells instanceof Float32Array),
  };
}

/** What is drawn in place of single values; '' if they all are. */
export function describeBlock({ plan }: Activation): string {
  const [rows, columns] = plan.block;
  if (rows === 1 && columns === 1) return '';
  const size = plan.axes.rows === -1 ? `${columns}` : `${rows} × ${columns}`;
  return `Each cell shows, of ${size} values, the one farthest from 0.`;
}

/** The index of a value as text: `[0, 3, 4]`. */
export const indexText = (index: readonly number[]): string => `[${index.join(', ')}]`;

/** A table with a row for each cell: the index of its first value, its extent if cells hold several, and its value. */
export function activationRows(activation: Activation): (string | number)[][] {
  const { shape, plan, cells } = activation;
  const [high, wide] = plan.block;
  const several = high > 1 || wide > 1;
  const heading = [...shape.map((_, axis) => `axis ${axis}`), ...(several ? ['rows', 'columns'] : []), 'value'];
  const rows: (string | number)[][] = [heading];
  let at = 0;
  for (let map = 0; map < plan.maps; map++) {
    for (let row = 0; row * high < plan.rows; row++) {
      for (let column = 0; column * wide < plan.columns; column++) {
        const index = indexOfCell(activation, { map, row, column });
        const extent = [Math.min(high, plan.rows - row * high), Math.min(wide, plan.columns - column * wide)];
        rows.push([...index, ...(several ? extent : []), cells[at++]!]);
      }
    }
  }
  return rows;
}
