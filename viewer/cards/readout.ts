import { nameOfPlace } from '../axes/place-names.ts';
import { formatCount } from './format-numbers.ts';

/** The records of the visible runs that are nearest to the pointer, as the table below a card shows them. */
export interface Readout {
  readonly columns: readonly ReadoutColumn[];
  readonly rows: readonly ReadoutRow[];
}

export interface ReadoutColumn {
  readonly name: string;
  format(value: number): string;
}

export interface ReadoutRow {
  readonly run: string;
  readonly colour: string;
  /** By column; none if the pointer is before the first or after the last record of the run. Undefined for unknown times. */
  readonly values: readonly (number | undefined)[];
}

/** The columns at the end of each table. */
export const RECORD_COLUMNS: readonly ReadoutColumn[] = [
  { name: 'step', format: formatCount },
  { name: 'relative', format: (seconds) => nameOfPlace('relative', seconds) },
];

/** A readout as a table of numbers, for a file. */
export const readoutRows = ({ columns, rows }: Readout): (string | number)[][] => [
  ['run', ...columns.map(({ name }) => (name === 'relative' ? 'relative_seconds' : name))],
  ...rows.map(({ run, values }) => [run, ...columns.map((_, i) => values[i] ?? '')]),
];
