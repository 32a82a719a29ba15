import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { eventsIn, temporaryDirectory } from '../temporary.ts';

const CHILD = fileURLToPath(new URL('writing-child.ts', import.meta.url));

/** Runs the child; fails if it still runs long before a timer of flushSecs (120 s) would end it. */
function run(ending: string): { tags: string[]; status: number | null; signal: string | null; stderr: string } {
  const directory = `${temporaryDirectory()}/run`;
  const { status, signal, stderr, error } = spawnSync(process.execPath, ['--import', 'tsx', CHILD, directory, ending], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  assert.is(error, undefined);
  if (signal === null) {
    for (let i = ending === 'gone' ? 1 : 0; i < 12; i++) assert.is(eventsIn(`${directory}-${i}`).length, 1);
  }
  return { tags: eventsIn(directory).map(({ tag }) => tag!), status, signal, stderr };
}

const flushed = ['flushed', 'flushed', 'flushed'];
const all = [...flushed, 'waiting', 'waiting', 'waiting', 'waiting'];

test('a process that ends normally loses no record, and does not wait for a timer', () => {
  const { tags, status, stderr } = run('normal');
  assert.equal(tags, all);
  assert.is(status, 0);
  assert.is(stderr, '');
});

test('process.exit() loses no record', () => {
  const { tags, status } = run('exit');
  assert.equal(tags, all);
  assert.is(status, 3);
});

test('an uncaught exception loses no record', () => {
  const { tags, status, stderr } = run('exception');
  assert.equal(tags, all);
  assert.is(status, 1);
  assert.match(stderr, 'Error: uncaught');
});

test('an unhandled rejection loses no record', () => {
  const { tags, status } = run('rejection');
  assert.equal(tags, all);
  assert.is(status, 1);
});

test('a record added while the process ends is not lost', () => {
  const { tags } = run('late');
  assert.equal(tags, [...all, 'late']);
});

test('merged steps of logActivations() are written when the process ends', () => {
  const { tags, status, stderr } = run('merged');
  assert.equal(tags, [...all, '0']);
  assert.is(status, 0);
  assert.is(stderr, '');
});

test('a process that ends while a sink refuses says how many records are lost', () => {
  const { tags, status, stderr } = run('refusing');
  assert.equal(tags, all);
  assert.is(status, 0);
  assert.match(stderr, 'SummaryWriter: records lost, while too many waited: 2');
  assert.match(stderr, 'records were lost when the process ended: no space left; records kept in memory: 7');
});

test('a writer that cannot write when the process ends says so, and the others write', () => {
  const { tags, status, stderr } = run('gone');
  assert.equal(tags, all);
  assert.is(status, 0);
  assert.match(
    stderr,
    /layertap: records were lost when the process ended: SummaryWriter: cannot write to .*ENOENT.*in memory: 1\n$/,
  );
});

for (const [ending, name] of [
  ['interrupted', 'SIGINT'],
  ['terminated', 'SIGTERM'],
] as const) {
  test(`${name} ends the process as usual, and loses nothing of earlier turns`, () => {
    const { tags, signal } = run(ending);
    assert.is(signal, name);
    assert.equal(tags, all);
  });
}

test('SIGINT ends a loop that never yields at once', () => {
  const { tags, signal } = run('busy');
  assert.is(signal, 'SIGINT');
  assert.equal(tags, flushed);
});

test('a killed process leaves a readable file with all that was flushed', () => {
  const { tags, signal } = run('kill');
  assert.is(signal, 'SIGKILL');
  assert.equal(tags, flushed);
});

test.run();
