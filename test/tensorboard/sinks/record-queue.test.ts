import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type QueueLimits, RecordQueue } from '../../../src/tensorboard/sinks/record-queue.ts';
import { withClock } from '../clock.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A queue over an output that records each write, and fails while `refuses` is set. */
function open(limits: Partial<QueueLimits> = {}) {
  const output = {
    writes: [] as number[][],
    attempts: 0,
    refuses: false,
    append(bytes: Uint8Array): void {
      output.attempts++;
      if (output.refuses) throw new Error('no');
      output.writes.push([...bytes]);
    },
  };
  return { output, queue: new RecordQueue(output, { maxQueue: 10, flushSecs: 120, ...limits }) };
}

/** A queue over an output whose writes settle when the test says so. */
function openSlow() {
  const pending: { bytes: number[]; done(): void; fail(error: Error): void }[] = [];
  const output = {
    append: (bytes: Uint8Array) =>
      new Promise<void>((done, fail) => {
        pending.push({ bytes: [...bytes], done, fail });
      }),
  };
  return { pending, queue: new RecordQueue(output, { maxQueue: 2, flushSecs: 120 }) };
}

async function quietly(run: () => Promise<void>): Promise<unknown[][]> {
  const said: unknown[][] = [];
  const original = console.error;
  console.error = (...words) => said.push(words);
  try {
    await run();
  } finally {
    console.error = original;
  }
  return said;
}

const rejection = (promise: Promise<void>): Promise<Error> =>
  promise.then(
    () => {
      throw new Error('it should reject');
    },
    (error: Error) => error,
  );

test('RecordQueue keeps records until maxQueue of them wait, and writes them together', () => {
  const { queue, output } = open({ maxQueue: 3 });
  for (const record of [1, 2]) queue.write(Uint8Array.of(record));
  assert.equal(output.writes, []);
  for (const record of [3, 4]) queue.write(Uint8Array.of(record));
  assert.equal(output.writes, [[1, 2, 3]]);
});

test("RecordQueue writes at the end of the event loop's turn", async () => {
  const { queue, output } = open();
  for (const record of [1, 2]) queue.write(Uint8Array.of(record));
  await Promise.resolve();
  assert.equal(output.writes, []);
  await turn();
  assert.equal(output.writes, [[1, 2]]);
  queue.write(Uint8Array.of(3));
  await turn();
  assert.equal(output.writes, [[1, 2], [3]]);
});

test('RecordQueue heeds flushSecs in a loop that never yields', async () => {
  await withClock((clock) => {
    const { queue, output } = open({ flushSecs: 120 });
    queue.write(Uint8Array.of(1));
    clock.advance(119_999);
    queue.write(Uint8Array.of(2));
    assert.equal(output.writes, []);
    clock.advance(1);
    queue.write(Uint8Array.of(3));
    assert.equal(output.writes, [[1, 2, 3]]);
  });
});

test('RecordQueue writes each record at once with maxQueue 1 or flushSecs 0', () => {
  for (const limits of [{ maxQueue: 1 }, { flushSecs: 0 }]) {
    const { queue, output } = open(limits);
    queue.write(Uint8Array.of(1));
    assert.equal(output.writes, [[1]]);
  }
});

test('RecordQueue.flush() writes before it returns', () => {
  const { queue, output } = open();
  queue.write(Uint8Array.of(1));
  void queue.flush();
  assert.equal(output.writes, [[1]]);
});

test('RecordQueue keeps records that it could not write, and writes them once at the next attempt', async () => {
  const { queue, output } = open({ maxQueue: 2 });
  output.refuses = true;
  queue.write(Uint8Array.of(1));
  assert.throws(() => queue.write(Uint8Array.of(2)), /^no; records kept in memory: 2$/);
  assert.throws(() => queue.write(Uint8Array.of(3)), /^no; records kept in memory: 3$/);
  assert.match((await rejection(queue.flush())).message, /^no; records kept in memory: 3$/);
  output.refuses = false;
  await queue.flush();
  assert.equal(output.writes, [[1, 2, 3]]);
});

test('RecordQueue tries again each second after a failure, and reports the first one only', async () => {
  const { queue, output } = open();
  const said = await quietly(() =>
    withClock(async (clock) => {
      output.refuses = true;
      queue.write(Uint8Array.of(1));
      await turn();
      for (const attempts of [1, 2, 3]) {
        assert.is(output.attempts, attempts);
        clock.advance(999);
        assert.is(output.attempts, attempts, 'too early');
        clock.advance(1);
      }
      output.refuses = false;
      clock.advance(1000);
    }),
  );
  assert.is(said.length, 1);
  assert.match(String(said[0]![0]), 'records kept in memory: 1');
  assert.equal([output.writes, output.attempts], [[[1]], 5]);
});

test('RecordQueue that is full tries again after a second when a record is added, since no timer fires in a loop', async () => {
  const { queue, output } = open();
  const large = new Uint8Array(64 << 20);
  output.append = () => {
    output.attempts++;
    throw new Error('no');
  };
  await quietly(() =>
    withClock((clock) => {
      assert.throws(() => queue.writeNow(large), /records kept in memory: 1/);
      clock.now += 999;
      assert.throws(() => queue.write(Uint8Array.of(1)), /this one is not taken/);
      assert.is(output.attempts, 1);
      clock.now += 1;
      assert.throws(() => queue.write(Uint8Array.of(1)), /this one is not taken/);
      assert.is(output.attempts, 2);
    }),
  );
  await queue.close();
});

test('RecordQueue takes no more than 64 MB while the output refuses, and says so', async () => {
  let [refuses, stored] = [true, 0];
  const append = (bytes: Uint8Array) => {
    if (refuses) throw new Error('no');
    stored += bytes.length;
  };
  const queue = new RecordQueue({ append }, { maxQueue: 1, flushSecs: 120 });
  const large = new Uint8Array(40 << 20);
  assert.throws(() => queue.write(large), /records kept in memory: 1/);
  assert.throws(() => queue.write(large), /41943040 bytes of records wait to be written, so this one is not taken/);
  refuses = false;
  await queue.flush();
  assert.is(stored, large.length);
});

test('RecordQueue has one asynchronous write at a time, in order', async () => {
  const { queue, pending } = openSlow();
  for (const record of [1, 2, 3, 4, 5]) queue.write(Uint8Array.of(record));
  assert.is(pending.length, 1);
  const flushed = queue.flush();
  pending[0]!.done();
  await turn();
  assert.equal(
    pending.map(({ bytes }) => bytes),
    [
      [1, 2],
      [3, 4, 5],
    ],
  );
  pending[1]!.done();
  await flushed;
});

test('RecordQueue keeps what an asynchronous write failed to store, before later ones', async () => {
  const { queue, pending } = openSlow();
  const said = await quietly(async () => {
    for (const record of [1, 2, 3]) queue.write(Uint8Array.of(record));
    const flushed = rejection(queue.flush());
    pending[0]!.fail(new Error('gone'));
    await turn();
    pending[1]!.fail(new Error('gone'));
    assert.match((await flushed).message, /^gone; records kept in memory: 3$/);
  });
  assert.is(said.length, 1);
  const flushed = queue.flush();
  assert.equal(pending[2]!.bytes, [1, 2, 3]);
  pending[2]!.done();
  await flushed;
});

test('RecordQueue accepts records from an output that is writing, and writes them next', async () => {
  const writes: number[][] = [];
  const append = (bytes: Uint8Array) => {
    const first = writes.push([...bytes]) === 1;
    if (first) for (const record of [3, 4, 5]) queue.write(Uint8Array.of(record));
  };
  const queue = new RecordQueue({ append }, { maxQueue: 2, flushSecs: 120 });
  for (const record of [1, 2]) queue.write(Uint8Array.of(record));
  assert.equal(writes, [[1, 2]]);
  await turn();
  assert.equal(writes, [
    [1, 2],
    [3, 4, 5],
  ]);
});

test('RecordQueue passes a copy to an output, unless that copies', () => {
  for (const copies of [false, true]) {
    const kept: Uint8Array[] = [];
    const output = { copies, append: (bytes: Uint8Array) => void kept.push(bytes) };
    const queue = new RecordQueue(output, { maxQueue: 1, flushSecs: 120 });
    for (const record of [1, 2, 3]) queue.write(Uint8Array.of(record));
    assert.is(new Set(kept.map(({ buffer }) => buffer)).size, copies ? 2 : 3);
    if (!copies)
      assert.equal(
        kept.map(([record]) => record),
        [1, 2, 3],
      );
  }
});

test('All RecordQueues share one listener on the process', () => {
  const queues = Array.from({ length: 15 }, () => open().queue);
  for (const queue of queues) queue.write(Uint8Array.of(1));
  const before = process.listenerCount('exit');
  for (const queue of [...queues, open().queue]) queue.write(Uint8Array.of(2));
  assert.is(process.listenerCount('exit'), before);
  assert.is(process.listenerCount('SIGINT') + process.listenerCount('SIGTERM'), 0);
});

test('RecordQueue can be collected once it is unused and empty', async () => {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  const forgotten = (() => {
    const { queue } = open();
    queue.write(Uint8Array.of(1));
    void queue.flush();
    return new WeakRef(queue);
  })();
  for (let i = 0; i < 20 && forgotten.deref() !== undefined; i++) {
    await turn();
    gc();
  }
  assert.is(forgotten.deref(), undefined);
});

test.run();
