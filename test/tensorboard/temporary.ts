import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type ReadEvent, readEvents } from './read-events.ts';

const made: string[] = [];

function removeAll(): void {
  for (const directory of made) rmSync(directory, { recursive: true, force: true });
}

/** A new empty directory, removed when the process ends. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'layertap-'));
  made.push(directory);
  // Moved to the end each time: writers that a test left open still write to their directory when the process ends.
  process.off('exit', removeAll).on('exit', removeAll);
  return directory;
}

/** The bytes of the one event file in a directory. */
export function fileIn(directory: string): Uint8Array {
  const names = readdirSync(directory);
  if (names.length !== 1) throw new Error(`expected one file, found ${names.join(', ') || 'none'}`);
  return readFileSync(join(directory, names[0]!));
}

/** The events of the one event file in a directory, without its header. */
export function eventsIn(directory: string): ReadEvent[] {
  const [header, ...events] = readEvents(fileIn(directory));
  if (header?.fileVersion !== 'brain.Event:2') throw new Error('the file does not begin with its version');
  return events;
}

/** The events of each run below a log directory ('.' is the directory itself), without headers. */
export function runsIn(directory: string): Record<string, ReadEvent[]> {
  const runs: Record<string, ReadEvent[]> = {};
  for (const file of readdirSync(directory, { recursive: true }) as string[]) {
    if (!file.includes('tfevents')) continue;
    const run = dirname(file);
    const [header, ...events] = readEvents(readFileSync(join(directory, file)));
    if (header?.fileVersion !== 'brain.Event:2') throw new Error(`${file} does not begin with its version`);
    runs[run] = [...(runs[run] ?? []), ...events];
  }
  return runs;
}

/** Runs with Date.now() fixed. @param seconds since 1970 */
export function atTime(seconds: number, run: () => void): void {
  const original = Date.now;
  Date.now = () => seconds * 1000;
  try {
    run();
  } finally {
    Date.now = original;
  }
}

/** Replaces our sums by PyTorch's, after checking that they differ in the last bits only. */
export function withSumsOf(expected: ReadEvent, actual: ReadEvent): Buffer {
  const bytes = Buffer.from(actual.bytes);
  for (const name of ['sum', 'sumSquares'] as const) {
    const [ours, theirs] = [actual.histogram![name], expected.histogram![name]];
    if (Object.is(ours, theirs)) continue;
    if (!(Math.abs(ours - theirs) <= 1e-12 * Math.abs(theirs))) throw new Error(`${name}: ${ours}, PyTorch ${theirs}`);
    const old = Buffer.alloc(8);
    old.writeDoubleLE(ours);
    bytes.writeDoubleLE(theirs, bytes.indexOf(old));
  }
  return bytes;
}
