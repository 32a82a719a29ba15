/** @file A summary as text. */

import type { ModuleSummary, SummaryTotals } from './module-summary.ts';
import { columns } from './report-text.ts';

/** Without a terminal. */
const WIDTH = 100;

/** @param width of a line, default that of the terminal */
export function summaryText(
  modules: readonly ModuleSummary[],
  totals: SummaryTotals,
  width: number = terminalWidth() ?? WIDTH,
): string {
  const rows = [
    ['module', 'type', 'input', 'output', 'parameters', 'share', 'multiply-adds', 'output MB'],
    ...modules.map((row) => [
      `${'  '.repeat(row.depth)}${row.path || '(the model)'}${row.calls > 1 ? ` x${row.calls}` : ''}`,
      row.kind,
      shapes(row.inputs),
      shapes(row.outputs),
      row.parameters === 0 ? '-' : whole(row.parameters),
      row.parameters === 0 ? '-' : `${(100 * row.share).toFixed(1)} %`,
      row.multiplyAdds === undefined ? '-' : whole(row.multiplyAdds),
      megabytes(row.outputBytes),
    ]),
  ];
  const lines = fitted(rows, width);
  const rule = '─'.repeat(Math.max(...lines.map(({ length }) => length)));
  const { unknown } = totals;
  return [
    lines[0],
    rule,
    ...lines.slice(1),
    rule,
    `parameters ${whole(totals.parameters)}, ${megabytes(totals.parameterBytes)} MB`,
    `multiply-adds ${whole(totals.multiplyAdds)}${unknown.length === 0 ? '' : `, without ${unknown.length} modules that have no formula`}`,
    `inputs ${megabytes(totals.inputBytes)} MB, outputs ${megabytes(totals.outputBytes)} MB`,
  ].join('\n');
}

/** The columns that go first where there is no room: the last ones here. The others are cut. */
const OPTIONAL = [2, 7, 5];
const LONGEST_CELL = 14;

function fitted(rows: readonly (readonly string[])[], width: number): string[] {
  const kept = rows[0]!.map((_, column) => column);
  const lines = (cut: number) =>
    columns(
      rows.map((row) => kept.map((column) => (column < 4 ? shortened(row[column]!, cut) : row[column]!))),
      kept.filter((column) => column < 4).length,
    ).map((line) => line.trimEnd());
  const fits = (some: readonly string[]) => some.every(({ length }) => length <= width);
  for (const optional of [undefined, ...OPTIONAL]) {
    if (optional !== undefined) kept.splice(kept.indexOf(optional), 1);
    for (const cut of [Number.POSITIVE_INFINITY, 40, 24]) {
      const made = lines(cut);
      if (fits(made)) return made;
    }
  }
  const made = lines(LONGEST_CELL);
  return made.map((line) => (line.length > width ? `${line.slice(0, Math.max(0, width - 1))}…` : line));
}

/** The end of a path tells more than its beginning. */
const shortened = (text: string, cut: number) => (text.length > cut ? `…${text.slice(text.length - cut + 1)}` : text);

const terminalWidth = () => (globalThis as { process?: { stdout?: { columns?: number } } }).process?.stdout?.columns;

const shapes = (all: ModuleSummary['inputs']) =>
  all === undefined || all.length === 0 ? '-' : all.map((shape) => `[${shape.join(', ')}]`).join(' ');

const whole = (value: number) => value.toLocaleString('en-US');

const megabytes = (bytes: number) =>
  bytes >= 1e5 ? (bytes / 1e6).toFixed(2) : String(Number((bytes / 1e6).toPrecision(2)));
