import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ReadEvent, readEvents } from './read-events.ts';

const made: string[] = [];

function removeAll(): void {
  for (const directory of made) rmSync(directory, { recursive: true, force: true });
}

/** A new empty directory, removed when the process ends. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'layertap-'));
  made.push(directory);
  // Moved to the end each time: writers that a test left open write when the process ends, and want their directory.
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
