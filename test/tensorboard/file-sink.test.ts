import { readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FileSink } from '../../src/tensorboard/file-sink.ts';
import { nodeBuiltins } from '../../src/tensorboard/node.ts';
import { readOptions, type SummaryWriterOptions } from '../../src/tensorboard/writer-options.ts';
import { fileIn, temporaryDirectory } from './temporary.ts';

const node = nodeBuiltins();
const HEADER = Uint8Array.of(0);

function open(options: SummaryWriterOptions = {}): { sink: FileSink; directory: string; written: () => number[] } {
  const directory = temporaryDirectory();
  const sink = new FileSink(node, directory, readOptions(options), HEADER);
  return { sink, directory, written: () => [...fileIn(directory)] };
}

function waitBusily(milliseconds: number): void {
  for (const end = performance.now() + milliseconds; performance.now() < end; );
}

test('FileSink writes its header when it is made', () => {
  assert.equal(open().written(), [0]);
});

test('FileSink keeps records in memory until maxQueue of them wait', () => {
  const { sink, written } = open({ maxQueue: 3 });
  for (const [record, expected] of [
    [1, [0]],
    [2, [0]],
    [3, [0, 1, 2, 3]],
    [4, [0, 1, 2, 3]],
  ] as const) {
    sink.write(Uint8Array.of(record));
    assert.equal(written(), expected);
  }
});

test('FileSink.flush() and close() have written before they return', () => {
  const { sink, written } = open();
  sink.write(Uint8Array.of(1));
  void sink.flush();
  assert.equal(written(), [0, 1]);
  sink.write(Uint8Array.of(2));
  void sink.close();
  assert.equal(written(), [0, 1, 2]);
});

test('FileSink writes when the oldest record is flushSecs old', async () => {
  const { sink, written } = open({ flushSecs: 0.2 });
  sink.write(Uint8Array.of(1));
  await sleep(100);
  sink.write(Uint8Array.of(2));
  assert.equal(written(), [0]);
  // The second record is not flushSecs old by then.
  for (let waited = 0; waited < 5000 && written().length === 1; waited += 10) await sleep(10);
  assert.equal(written(), [0, 1, 2]);
  sink.write(Uint8Array.of(3));
  assert.equal(written(), [0, 1, 2]);
  for (let waited = 0; waited < 5000 && written().length === 3; waited += 10) await sleep(10);
  assert.equal(written(), [0, 1, 2, 3]);
});

test('FileSink heeds flushSecs in a loop that never yields', () => {
  const { sink, written } = open({ flushSecs: 0.05 });
  sink.write(Uint8Array.of(1));
  waitBusily(60);
  sink.write(Uint8Array.of(2));
  assert.equal(written(), [0, 1, 2]);
});

test('FileSink writes each record at once with maxQueue 1 or flushSecs 0', () => {
  for (const options of [{ maxQueue: 1 }, { flushSecs: 0 }]) {
    const { sink, written } = open(options);
    sink.write(Uint8Array.of(1));
    assert.equal(written(), [0, 1]);
  }
});

test('FileSink waits for ever with maxQueue and flushSecs Infinity', async () => {
  const { sink, written } = open({ maxQueue: Infinity, flushSecs: Infinity });
  for (let record = 1; record <= 100; record++) sink.write(Uint8Array.of(record));
  await sleep(20);
  assert.equal(written(), [0]);
  await sink.flush();
  assert.is(written().length, 101);
});

test('FileSink stops its timer when it has written', () => {
  const running = new Set<unknown>();
  const { setTimeout: start, clearTimeout: stop } = globalThis;
  Object.assign(globalThis, {
    setTimeout: (...parameters: Parameters<typeof start>) => {
      const timer = start(...parameters);
      running.add(timer);
      return timer;
    },
    clearTimeout: (timer: Parameters<typeof stop>[0]) => {
      running.delete(timer);
      stop(timer);
    },
  });
  try {
    const { sink } = open();
    sink.write(Uint8Array.of(1));
    sink.write(Uint8Array.of(2));
    assert.is(running.size, 1);
    void sink.flush();
    assert.is(running.size, 0);
  } finally {
    Object.assign(globalThis, { setTimeout: start, clearTimeout: stop });
  }
});

test('FileSink waits for flushSecs that are longer than a timer can be', async () => {
  const { sink, written } = open({ flushSecs: 1e9 });
  sink.write(Uint8Array.of(1));
  await sleep(20);
  assert.equal(written(), [0]);
});

test('FileSink keeps what it could not write, says so, and writes it once at the next attempt', async () => {
  const { sink, directory, written } = open({ maxQueue: 2 });
  const path = join(directory, readdirSync(directory)[0]!);
  const away = join(temporaryDirectory(), 'away');
  renameSync(path, away);
  sink.write(Uint8Array.of(1));
  const kept = (count: number) =>
    new RegExp(`^SummaryWriter: cannot write to .*ENOENT.*; records kept in memory: ${count}$`);
  assert.throws(() => sink.write(Uint8Array.of(2)), kept(2));
  assert.throws(() => sink.write(Uint8Array.of(3)), kept(3));
  for (const attempt of [() => sink.flush(), () => sink.close()]) {
    const error: Error | undefined = await attempt().then(
      () => undefined,
      (reason) => reason,
    );
    assert.ok(error, 'it should reject');
    assert.match(error.message, kept(3));
    assert.is((error.cause as NodeJS.ErrnoException).code, 'ENOENT');
  }
  renameSync(away, path);
  await sink.flush();
  assert.equal(written(), [0, 1, 2, 3]);
  await sink.close();
  assert.equal(written(), [0, 1, 2, 3]);
});

test('FileSink reports a timer that could not write once, and goes on trying', async () => {
  const { sink, directory, written } = open({ flushSecs: 0.02 });
  const path = join(directory, readdirSync(directory)[0]!);
  const away = join(temporaryDirectory(), 'away');
  const said: unknown[][] = [];
  const original = console.error;
  console.error = (...words) => said.push(words);
  try {
    renameSync(path, away);
    sink.write(Uint8Array.of(1));
    await sleep(1300);
    assert.is(said.length, 1);
    assert.match(String(said[0]![1]), 'records kept in memory: 1');
    renameSync(away, path);
    for (let waited = 0; waited < 5000 && written().length === 1; waited += 20) await sleep(20);
    assert.equal(written(), [0, 1]);
  } finally {
    console.error = original;
  }
});

test('FileSink adds one listener to the process, however many there are', () => {
  const sinks = Array.from({ length: 15 }, () => open());
  for (const { sink } of sinks) sink.write(Uint8Array.of(1));
  const before = process.listenerCount('exit');
  for (const { sink } of [...sinks, open(), open()]) sink.write(Uint8Array.of(2));
  assert.is(process.listenerCount('exit'), before);
});

test('FileSink can be collected when it is forgotten with nothing left to write', async () => {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  const forgotten = (() => {
    const { sink } = open();
    sink.write(Uint8Array.of(1));
    void sink.flush();
    return new WeakRef(sink);
  })();
  for (let i = 0; i < 20 && forgotten.deref() !== undefined; i++) {
    await sleep(10);
    gc();
  }
  assert.is(forgotten.deref(), undefined);
});

test.run();
