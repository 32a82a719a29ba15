import fs, { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { directorySink } from '../../../src/tensorboard/sinks/directory-sink.ts';
import { nodeBuiltins } from '../../../src/tensorboard/sinks/node.ts';
import { temporaryDirectory } from '../temporary.ts';

const sink = directorySink(nodeBuiltins()!);

/** Replaces a function of the file system; the sink looks it up at each call. */
function withWriteSync(replacement: unknown, run: () => void): void {
  const original = fs.writeSync;
  Object.assign(fs, { writeSync: replacement });
  try {
    run();
  } finally {
    Object.assign(fs, { writeSync: original });
  }
}

/** The error that an action throws. */
function failure(action: () => void): Error & { code?: unknown } {
  try {
    action();
  } catch (error) {
    return error as Error;
  }
  throw new Error('it should throw');
}

test('directorySink().create() makes an empty file, and the directory with its parents', () => {
  const path = join(temporaryDirectory(), 'a', 'b', 'c', 'd', 'file');
  sink.create(path);
  assert.is(readFileSync(path).length, 0);
});

test('directorySink().create() does not touch a file that exists', () => {
  const path = join(temporaryDirectory(), 'file');
  writeFileSync(path, 'of a worker thread');
  assert.is(failure(() => sink.create(path)).code, 'EEXIST');
  assert.is(readFileSync(path, 'utf8'), 'of a worker thread');
});

test('directorySink().create() names the path and the cause when it fails', () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'file'), '');
  const within = join(directory, 'file', 'run');
  const error = failure(() => sink.create(join(within, 'x')));
  assert.ok(
    error.message.startsWith(`SummaryWriter: cannot create the log directory ${within}: ENOTDIR`),
    error.message,
  );
  assert.is((error.cause as NodeJS.ErrnoException).code, 'ENOTDIR');
  mkdirSync(join(directory, 'x'.repeat(200)));
  assert.match(
    failure(() => sink.create(join(directory, 'x'.repeat(300), 'y'))).message,
    /cannot create the log directory .*ENAMETOOLONG/,
  );
});

test('directorySink().create() does not hang where the system refuses every directory', () => {
  if (!existsSync('/proc/self')) return assert.ok(process.platform !== 'linux');
  assert.match(
    failure(() => sink.create('/proc/x/y/z')).message,
    /^SummaryWriter: cannot create the log directory \/proc\/x\/y: ENOENT/,
  );
});

test('append() goes on until a write that stops short is complete', () => {
  const path = join(temporaryDirectory(), 'file');
  const file = sink.create(path);
  const original = fs.writeSync as (...parameters: unknown[]) => number;
  let calls = 0;
  const short = (descriptor: number, bytes: Uint8Array, offset: number, length: number, position: number) => {
    calls++;
    return original(descriptor, bytes, offset, Math.min(length, 3), position);
  };
  withWriteSync(short, () => file.append(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)));
  assert.is(calls, 3);
  assert.equal([...readFileSync(path)], [1, 2, 3, 4, 5, 6, 7, 8]);
});

test('append() fails if no byte can be written, and does not loop', () => {
  const path = join(temporaryDirectory(), 'file');
  const file = sink.create(path);
  withWriteSync(
    () => 0,
    () => assert.match(failure(() => file.append(Uint8Array.of(1))).message, /file: no byte could be written$/),
  );
  file.append(Uint8Array.of(2));
  assert.equal([...readFileSync(path)], [2]);
});

test('append() that fails half way leaves whole records, and the next goes on after them', () => {
  const path = join(temporaryDirectory(), 'file');
  const file = sink.create(path);
  file.append(Uint8Array.of(1, 2, 3));
  const original = fs.writeSync as (...parameters: unknown[]) => number;
  let calls = 0;
  const full = (descriptor: number, bytes: Uint8Array, offset: number, length: number, position: number) => {
    if (calls++ > 0) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    return original(descriptor, bytes, offset, length - 1, position);
  };
  withWriteSync(full, () => {
    const error = failure(() => file.append(Uint8Array.of(4, 5, 6)));
    const why = 'ENOSPC: no space left on device, write';
    assert.is(error.message, `SummaryWriter: cannot write to the event file ${path}: ${why}`);
    assert.is((error.cause as NodeJS.ErrnoException).code, 'ENOSPC');
  });
  assert.equal([...readFileSync(path)], [1, 2, 3]);
  file.append(Uint8Array.of(7, 8));
  assert.equal([...readFileSync(path)], [1, 2, 3, 7, 8]);
});

test('append() fails after the file, or its directory, was removed', () => {
  const directory = join(temporaryDirectory(), 'run');
  const file = sink.create(join(directory, 'file'));
  rmSync(directory, { recursive: true });
  assert.match(failure(() => file.append(Uint8Array.of(1))).message, /cannot write to the event file .*ENOENT/);
  mkdirSync(directory);
  assert.match(failure(() => file.append(Uint8Array.of(1))).message, /cannot write to the event file .*ENOENT/);
  assert.equal(readdirSync(directory), []);
});

test.run();
