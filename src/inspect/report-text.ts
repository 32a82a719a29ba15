/** @file A comparison as text. */
import type { Comparison, ModuleDifference, ValueDifference } from './comparison.ts';
import { factor } from './difference.ts';

/** Rows of the table around the first difference; without one, those with the largest errors. */
const ROWS = 12;

/** @param at the index of the module at the first difference */
export function reportText(comparison: Omit<Comparison, 'toString'>, at: number | undefined): string {
  const { verdict, why, coverage, mode, modules, missing } = comparison;
  const rows = at === undefined ? largestOf(modules) : modules.slice(Math.max(0, at - ROWS / 2), at + ROWS / 2);
  const table = [
    ['module', 'kind', 'inputs', 'output', 'tolerances'],
    ...rows.map((row) => [
      `${at !== undefined && row === modules[at] ? '> ' : '  '}${row.path || '(the model)'}${row.call === 0 ? '' : ` #${row.call}`}`,
      row.kind,
      share(row.inputs),
      share(row.output),
      tolerances(row.output),
    ]),
  ];
  const ran = mode === 'locked' ? 'each module with the values of a' : 'two recordings';
  return [
    `${verdict}${why.length === 0 ? '' : `: ${why.join('\n  ')}`}`,
    '',
    ...(modules.length === 0 ? [] : columns(table)),
    ...(rows.length < modules.length
      ? [`  … ${modules.length - rows.length} more; \`modules\` and --json have all`]
      : []),
    ...(modules.length === 0 ? [] : ['']),
    `${ran}; ${(100 * coverage).toFixed(0)} % of a's calls compared, ${modules.length} modules`,
    ...missing.map(
      ({ path, kind, heldBy }) => `not in b: ${path} (${kind})${heldBy === undefined ? '' : `, held by ${heldBy}`}`,
    ),
  ].join('\n');
}

const largestOf = (modules: readonly ModuleDifference[]): ModuleDifference[] => {
  const size = ({ output }: ModuleDifference) => (output === undefined ? -1 : (output.tolerances ?? Infinity));
  const top = [...modules].sort((p, q) => size(q) - size(p)).slice(0, ROWS);
  return modules.filter((module) => top.includes(module));
};

const share = (difference: ValueDifference | undefined): string =>
  difference === undefined ? '-' : difference.problem !== undefined ? 'shape' : number(difference.relative);

const tolerances = (difference: ValueDifference | undefined): string =>
  difference === undefined ? '-' : number(difference.tolerances);

const number = (value: number | null): string => (value === null ? 'infinite' : value === 0 ? '0' : factor(value, 2));

/** Rows as lines. @param left how many columns are aligned to the left; the others to the right */
export function columns(rows: readonly (readonly string[])[], left = 2): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row.map((cell, i) => (i < left ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '),
  );
}
