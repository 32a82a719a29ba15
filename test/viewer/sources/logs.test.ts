import { appendFileSync, mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { directoryLogs, type LogDirectory, RunReader, SummaryWriter } from '../../../src/tensorboard/index.ts';
import { fromEvent } from '../../../viewer/data/from-event.ts';
import { Store } from '../../../viewer/data/store.ts';
import { logSourceBy } from '../../../viewer/sources/logs.ts';
import { cases, header } from '../../tensorboard/fixture.ts';
import { temporaryDirectory } from '../../tensorboard/temporary.ts';
import { FakeClock } from '../fake-clock.ts';
import { logs } from '../fixture.ts';
import { LogListener } from './log-listener.ts';

const listeners: LogListener[] = [];
function listen(source: string | LogDirectory, clock: FakeClock = new FakeClock()): LogListener {
  const made = typeof source === 'string' ? directoryLogs(source) : source;
  const listener = new LogListener(logSourceBy(clock, 'runs', made), clock);
  listeners.push(listener);
  return listener;
}
test.after.each(() => {
  for (const listener of listeners.splice(0)) listener.stop();
});

/** Time for polls and what they start. */
async function polls(clock: FakeClock, count = 100): Promise<void> {
  for (let i = 0; i < count; i++) await clock.pass(1000);
}

/** A clock on which each look at the time, as after each event, costs this much. */
class SlowClock extends FakeClock {
  override now(): number {
    this.spend(0.0625);
    return super.now();
  }
}

const scalars = cases.filter(({ kind }) => kind === 'scalar').map(({ record }) => record);

function put(directory: string, path: string, ...parts: Uint8Array[]): string {
  const full = join(directory, path);
  mkdirSync(join(full, '..'), { recursive: true });
  writeFileSync(full, Buffer.concat(parts));
  return full;
}

test('logSource() gives all points of all runs, and its progress', async () => {
  const listener = listen(logs);
  assert.equal([listener.batches.length, listener.last], [0, undefined]);
  await listener.waitFor(
    'all is read',
    () => listener.last !== undefined && listener.last.read === listener.last.total,
  );
  const expected = [];
  for await (const event of new RunReader(directoryLogs(logs)).poll()) {
    const point = fromEvent(event);
    if (point !== undefined) expected.push(point);
  }
  assert.equal(listener.all, expected);
  assert.equal(listener.last, { read: 273169, total: 273169 });
  assert.equal(listener.warnings, []);
});

test('logSource() follows files that grow, and finds new ones', async () => {
  const directory = temporaryDirectory();
  const path = put(directory, 'a/events.out.tfevents.1', header, scalars[0]!);
  const listener = listen(directory);
  await listener.waitFor('the first', () => listener.all.length === 1);
  appendFileSync(path, scalars[1]!);
  await listener.waitFor('what was appended', () => listener.all.length === 2);
  put(directory, 'b/events.out.tfevents.1', header, scalars[0]!);
  await listener.waitFor('the new run', () => listener.all.length === 3);
  assert.equal(
    listener.all.map(({ run }) => run),
    ['a', 'a', 'b'],
  );
  assert.is(listener.last!.read, listener.last!.total);
});

test('logSource() gives nothing before the viewer has taken the last batch, and nothing after it was disconnected', async () => {
  const directory = temporaryDirectory();
  const writer = new SummaryWriter(directory);
  for (let i = 0; i < 40_000; i++) writer.addScalar('loss', i, i);
  await writer.close();
  const clock = new SlowClock();
  const listener = listen(directory, clock);
  let go = () => {};
  listener.until = new Promise((resolve) => {
    go = resolve;
  });
  // No time may pass while it reads.
  while (listener.batches.length < 1) await clock.pass(0);
  await polls(clock);
  // 3 ms of reading, and later 30 ms.
  assert.equal(
    listener.batches.map((batch) => batch.length),
    [47],
  );
  listener.until = undefined;
  go();
  while (listener.batches.length < 2) await clock.pass(0);
  assert.is(listener.batches[1]!.length, 480);
  listener.stop();
  const { length } = listener.all;
  await polls(clock);
  assert.is(listener.all.length, length);
});

test('logSource() polls a second after the last poll, or after `interval`', async () => {
  for (const [options, milliseconds] of [
    [{}, 1000],
    [{ interval: 0.25 }, 250],
  ] as const) {
    const clock = new FakeClock();
    let polls = 0;
    const logs = {
      async list() {
        polls++;
        return [];
      },
    };
    const stop = logSourceBy(clock, 'runs', logs, options).connect({ points() {}, progress() {}, warning() {} });
    await clock.pass(0);
    await clock.pass(milliseconds - 1);
    assert.is(polls, 1);
    await clock.pass(1);
    assert.is(polls, 2);
    stop();
    await clock.pass(5000);
    assert.is(polls, 2);
  }
});

test('logSource() waits for a directory that is not there, and for files in it', async () => {
  const directory = join(temporaryDirectory(), 'later');
  const listener = listen(directory);
  await listener.waitFor('a warning', () => listener.warnings.length === 1);
  mkdirSync(directory);
  await listener.waitFor('a warning that nothing is there', () => listener.warnings.length === 3);
  put(directory, 'events.out.tfevents.1', header, scalars[0]!);
  await listener.waitFor('the point', () => listener.all.length === 1);
  await polls(listener.clock!);
  assert.equal(listener.warnings, [
    'The logs cannot be read: the directory does not exist. Trying again.',
    'The logs can be read again.',
    'There are no event files yet: files with "tfevents" in their names.',
  ]);
});

test('logSource() warns about files that are damaged, shorter, gone or no event files, and reads the others', async () => {
  const directory = temporaryDirectory();
  const damaged = Uint8Array.from(scalars[0]!);
  damaged[20]! ^= 1;
  put(directory, 'a.tfevents', new TextEncoder().encode('this is a text of some length'));
  put(directory, 'b.tfevents', header, ...Array(9).fill(damaged), scalars[1]!);
  const shrinking = put(directory, 'c.tfevents', header, scalars[1]!);
  const vanishing = put(directory, 'd.tfevents', header, scalars[1]!);
  put(directory, 'e.tfevents');
  const listener = listen(directory);
  await listener.waitFor('all points', () => listener.all.length === 3);
  truncateSync(shrinking, 20);
  await listener.waitFor('a file is shorter', () => listener.warnings.length === 5);
  rmSync(vanishing);
  await listener.waitFor('a file is gone', () => listener.warnings.length === 6);
  await polls(listener.clock!);
  // What cannot be read counts as read.
  assert.is(listener.last!.read, listener.last!.total);
  const at = (record: number) => header.length + record * damaged.length;
  const reason = 'the data of a record does not fit its checksum';
  assert.equal(listener.warnings, [
    'a.tfevents, byte 0: this is not an event file, or its beginning is damaged.',
    `b.tfevents, byte ${at(0)}: ${reason}.`,
    `b.tfevents, byte ${at(1)}: ${reason}.`,
    `b.tfevents, byte ${at(2)}: ${reason}. Further warnings about b.tfevents are not shown.`,
    `c.tfevents, byte ${header.length + scalars[1]!.length}: the file became shorter: it has 20 bytes, and more were read; it is read anew.`,
    'd.tfevents is gone. What was read from it is kept.',
  ]);
});

test('logSource() warns about histograms that cannot be drawn, and goes on', async () => {
  const directory = temporaryDirectory();
  const writer = new SummaryWriter(directory);
  const statistics = { min: 0, max: 1, num: 3, sum: 1, sumSquares: 1, bucketCounts: [1, 2] };
  writer.addHistogramRaw('fc1', { ...statistics, bucketLimits: [Number.NaN, 1] }, 7);
  writer.addHistogramRaw('fc1', { ...statistics, bucketLimits: [0.5, 1] }, 8);
  await writer.close();
  const listener = listen(directory);
  await listener.waitFor('the other', () => listener.all.length === 1);
  assert.equal(listener.names, ['. fc1 8']);
  assert.is(listener.warnings.length, 1);
  assert.match(
    listener.warnings[0]!,
    /^run \., "fc1", step 7: the histogram cannot be drawn: bin 0 goes from .* to NaN$/,
  );
});

test('logSource() resumes a read that broke off, with one warning', async () => {
  const bytes = Buffer.concat([header, ...scalars.slice(0, 3)]);
  let looks = 0;
  const listener = listen({
    list: async () => [
      {
        path: 'events.out.tfevents.1',
        size: bytes.length,
        async *read(from) {
          looks++;
          if (looks < 4) {
            yield bytes.subarray(from, from + 80);
            throw new Error('the server went away');
          }
          yield bytes.subarray(from);
        },
      },
    ],
  });
  await listener.waitFor('all points', () => listener.all.length === 3);
  assert.equal(listener.warnings.length, 1);
  assert.match(listener.warnings[0]!, 'the server went away');
});

test('logSource() gives nothing after it was disconnected in the middle of a read', async () => {
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  let isRead = false;
  const bytes = Buffer.concat([header, scalars[0]!]);
  const listener = listen({
    list: async () => [
      {
        path: 'events.out.tfevents.1',
        size: bytes.length,
        async *read() {
          yield bytes;
          isRead = true;
          await ended;
        },
      },
    ],
  });
  await listener.waitFor('it is read', () => isRead);
  listener.stop();
  const { length } = listener.all;
  end();
  await polls(listener.clock!);
  assert.equal([listener.all.length, listener.last], [length, undefined]);
});

test('logSource() copies images out of the bytes that were read with them', async () => {
  const listener = listen(logs);
  await listener.waitFor(
    'all is read',
    () => listener.last !== undefined && listener.last.read === listener.last.total,
  );
  const pictures = listener.all.flatMap((point) => (point.kind === 'image' ? point.images : []));
  assert.is(pictures.length, 3);
  for (const picture of pictures) assert.is(picture.buffer.byteLength, picture.length);
});

test('logSource() reads ten thousand tags into a store', async () => {
  const directory = temporaryDirectory();
  const writer = new SummaryWriter(directory);
  for (let tag = 0; tag < 10_000; tag++) {
    writer.addScalar(`scalar ${tag}`, tag, 0);
    writer.addHistogram(`histogram ${tag}`, [1, 2, 3], 0);
  }
  await writer.close();
  const store = new Store();
  const listener = listen(directory);
  await listener.waitFor('all points', () => listener.all.length === 20_000);
  for (const batch of listener.batches) store.add(batch);
  assert.is(store.tags('histogram').length, 10_000);
  assert.ok(store.bytes < 40e6, `${store.bytes} bytes`);
});

test.run();
