// console in a sandbox: its lines are sent to the page, in batches.

export type Level = 'debug' | 'log' | 'info' | 'warn' | 'error';

interface Line {
  readonly text: string;
  readonly level: Level;
}

/** A block that prints more lines is ended by the page. */
const MOST_LINES = 10_000;

/** A loop that never yields sends its lines in such batches, so that the page can count them. */
const BATCH = 500;

/** A line after this many ms of silence is sent at once: what is printed before an endless loop is seen. */
const PAUSE = 100;

/** Replaces the methods of console. */
export function catchConsole(send: (message: object) => void): {
  write(text: string, level: Level): void;
  flush(): void;
} {
  let lines: Line[] = [];
  let count = 0;
  let sentAt = -PAUSE;
  const flush = () => {
    if (lines.length > 0) send({ lines });
    lines = [];
    sentAt = performance.now();
  };
  const write = (text: string, level: Level) => {
    if (++count > MOST_LINES + 1) return;
    if (lines.length === 0) setTimeoutOfPage(flush);
    lines.push({ text, level });
    if (lines.length >= BATCH || performance.now() - sentAt >= PAUSE) flush();
    if (count > MOST_LINES) {
      flush();
      send({ tooMany: MOST_LINES });
    }
  };
  for (const level of ['debug', 'log', 'info', 'warn', 'error'] as const) {
    console[level] = (...values: unknown[]) => write(values.map(print).join(' '), level);
  }
  console.table = (rows: object) => write(table(rows), 'log');
  return { write, flush };
}

/** Not counted as a timer of the block. */
const setTimeoutOfPage = globalThis.setTimeout;

export function print(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (typeof value !== 'object' || value === null) return String(value);
  const hasText = value.toString !== Object.prototype.toString && !Array.isArray(value) && !ArrayBuffer.isView(value);
  if (hasText) return String(value);
  if (value instanceof Map || value instanceof Set) return `${value.constructor.name} ${print([...value])}`;
  const items = ArrayBuffer.isView(value) ? [...(value as Float32Array)] : value;
  try {
    return JSON.stringify(items, (_key, item) => (typeof item === 'bigint' ? `${item}n` : item)) ?? String(value);
  } catch {
    return 'an object that contains itself';
  }
}

/** Rows of objects, with a column for each key. */
function table(rows: object): string {
  const entries = Object.entries(rows);
  const keys = [...new Set(entries.flatMap(([, row]) => Object.keys(row)))];
  const cells = [
    ['(index)', ...keys],
    ...entries.map(([index, row]) => [index, ...keys.map((key) => print(row[key as keyof typeof row]))]),
  ];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
