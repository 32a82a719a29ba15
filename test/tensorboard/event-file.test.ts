import fs, { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EventFile } from '../../src/tensorboard/event-file.ts';
import { nodeBuiltins } from '../../src/tensorboard/node.ts';
import { temporaryDirectory } from './temporary.ts';

const node = nodeBuiltins();

/** Replaces a function of the file system, which the writer looks up at each call. */
function withWriteSync(replacement: unknown, run: () => void): void {
  const original = fs.writeSync;
  Object.assign(fs, { writeSync: replacement });
  try {
    run();
  } finally {
    Object.assign(fs, { writeSync: original });
  }
}

test("EventFile has the name that TensorBoard's writer would give, and counts on", () => {
  const directory = temporaryDirectory();
  const before = Math.floor(Date.now() / 1000);
  const numbers = ['', '', '.suffix'].map((suffix) => {
    const name = new EventFile(node, directory, suffix).path.slice(directory.length + 1);
    const [, seconds, rest] = /^events\.out\.tfevents\.(\d{10})\.(.*)$/.exec(name)!;
    assert.ok(Number(seconds) >= before && Number(seconds) <= before + 60);
    const start = `${hostname()}.${process.pid}.`;
    assert.ok(rest!.startsWith(start) && rest!.endsWith(suffix), name);
    return Number(rest!.slice(start.length, rest!.length - suffix.length));
  });
  assert.is(numbers[1], numbers[0]! + 1);
  assert.is(numbers[2], numbers[0]! + 2);
});

test('EventFile makes the directory with its parents', () => {
  const directory = join(temporaryDirectory(), 'a', 'b');
  new EventFile(node, directory, '');
  assert.is(readdirSync(directory).length, 1);
});

test('EventFile leaves a file alone that has its name already', () => {
  const directory = temporaryDirectory();
  const realNow = Date.now;
  Date.now = () => 1.7e12;
  try {
    const { path } = new EventFile(node, directory, '');
    const [, start, number] = /^(.*\.)(\d+)$/.exec(path)!;
    const taken = `${start}${Number(number) + 1}`;
    writeFileSync(taken, 'of a worker thread');
    assert.is(new EventFile(node, directory, '').path, `${start}${Number(number) + 2}`);
    assert.is(readFileSync(taken, 'utf8'), 'of a worker thread');
  } finally {
    Date.now = realNow;
  }
});

test('EventFile names the path and the cause when it cannot be made', () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'file'), '');
  const within = join(directory, 'file', 'run');
  assert.throws(
    () => new EventFile(node, within, ''),
    (error: Error) => {
      assert.ok(
        error.message.startsWith(`SummaryWriter: cannot create the log directory ${within}: ENOTDIR`),
        error.message,
      );
      assert.is((error.cause as NodeJS.ErrnoException).code, 'ENOTDIR');
      return true;
    },
  );
  assert.throws(
    () => new EventFile(node, directory, '/x'),
    (error: Error) => {
      assert.match(error.message, /^SummaryWriter: cannot create the event file .*\/x: ENOENT/);
      assert.is((error.cause as NodeJS.ErrnoException).code, 'ENOENT');
      return true;
    },
  );
});

test('EventFile.append() goes on until a write that stops short is complete', () => {
  const file = new EventFile(node, temporaryDirectory(), '');
  const original = fs.writeSync as (...parameters: unknown[]) => number;
  let calls = 0;
  const short = (descriptor: number, bytes: Uint8Array, offset: number, length: number, position: number) => {
    calls++;
    return original(descriptor, bytes, offset, Math.min(length, 3), position);
  };
  withWriteSync(short, () => file.append([Uint8Array.of(1, 2, 3, 4), Uint8Array.of(5, 6, 7, 8)]));
  assert.is(calls, 3);
  assert.equal([...readFileSync(file.path)], [1, 2, 3, 4, 5, 6, 7, 8]);
});

test('EventFile.append() that fails half way leaves whole records, and the next goes on after them', () => {
  const file = new EventFile(node, temporaryDirectory(), '');
  file.append([Uint8Array.of(1, 2, 3)]);
  const original = fs.writeSync as (...parameters: unknown[]) => number;
  let calls = 0;
  const full = (descriptor: number, bytes: Uint8Array, offset: number, length: number, position: number) => {
    if (calls++ > 0) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    return original(descriptor, bytes, offset, length - 1, position);
  };
  withWriteSync(full, () =>
    assert.throws(
      () => file.append([Uint8Array.of(4, 5, 6)]),
      (error: Error) => {
        assert.is(
          error.message,
          `SummaryWriter: cannot write to the event file ${file.path}: ENOSPC: no space left on device, write`,
        );
        assert.is((error.cause as NodeJS.ErrnoException).code, 'ENOSPC');
        return true;
      },
    ),
  );
  assert.equal([...readFileSync(file.path)], [1, 2, 3]);
  file.append([Uint8Array.of(7, 8)]);
  assert.equal([...readFileSync(file.path)], [1, 2, 3, 7, 8]);
});

test('EventFile.append() is an error when the file is gone', () => {
  const file = new EventFile(node, temporaryDirectory(), '');
  rmSync(file.path);
  assert.throws(() => file.append([Uint8Array.of(1)]), /cannot write to the event file .*ENOENT/);
});

test('EventFile keeps its place when the working directory changes', () => {
  const directory = temporaryDirectory();
  const before = process.cwd();
  try {
    process.chdir(directory);
    const file = new EventFile(node, 'run', '');
    process.chdir(before);
    file.append([Uint8Array.of(1)]);
    assert.is(readdirSync(join(directory, 'run')).length, 1);
  } finally {
    process.chdir(before);
  }
});

test.run();
