import fs, { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SummaryWriter, type SummaryWriterOptions } from '../../src/tensorboard/index.ts';
import { cases, header, wallTime } from './fixture.ts';
import { readEvents } from './read-events.ts';
import { atTime, eventsIn, fileIn, temporaryDirectory, withSumsOf } from './temporary.ts';

function open(options?: SummaryWriterOptions): { writer: SummaryWriter; directory: string } {
  const directory = temporaryDirectory();
  return { writer: new SummaryWriter(directory, options), directory };
}

/** What `console.warn` was given during the run. */
function warnings(run: () => void): string[] {
  const said: string[] = [];
  const original = console.warn;
  console.warn = (...words: unknown[]) => said.push(words.join(' '));
  try {
    run();
  } finally {
    console.warn = original;
  }
  return said;
}

for (const { name, kind, tag, step, values, record } of cases) {
  test(`SummaryWriter writes PyTorch's bytes for ${kind} ${name}`, () => {
    const directory = temporaryDirectory();
    atTime(wallTime, () => {
      const writer = new SummaryWriter(directory);
      if (kind === 'histogram') writer.addHistogram(tag, values, step);
      else writer.addScalar(tag, values, step);
      void writer.close();
    });
    const file = fileIn(directory);
    assert.equal(Buffer.from(file.subarray(0, header.length)), Buffer.from(header));
    const written = file.subarray(header.length);
    const [actual] = readEvents(written);
    const [expected] = readEvents(record);
    if (kind === 'scalar') assert.equal(Buffer.from(written), Buffer.from(record));
    else if (values.every(Number.isFinite)) {
      assert.equal(Buffer.from(withSumsOf(expected!, actual!)), Buffer.from(expected!.bytes));
    } else {
      // PyTorch's own minimum, maximum and sums are NaN here.
      const { num, limits, counts } = actual!.histogram!;
      const { histogram } = expected!;
      assert.equal(
        { num, limits, counts },
        { num: histogram!.num, limits: histogram!.limits, counts: histogram!.counts },
      );
      assert.is(actual!.step, expected!.step);
    }
  });
}

test('SummaryWriter writes its header when it is made, with the time', () => {
  const before = Date.now() / 1000;
  const { directory, writer } = open();
  const [event, ...rest] = readEvents(fileIn(directory));
  assert.is(rest.length, 0);
  assert.is(event!.fileVersion, 'brain.Event:2');
  assert.is(event!.writer, 'tensorboard.summary.writer.event_file_writer');
  assert.ok(event!.wallTime >= before && event!.wallTime <= Date.now() / 1000);
  assert.is(writer.logDir, directory);
});

test('SummaryWriter has a default log directory, to which the comment belongs', () => {
  const before = process.cwd();
  process.chdir(temporaryDirectory());
  try {
    for (const writer of [new SummaryWriter(undefined, { comment: '_c' }), new SummaryWriter('', { comment: '_c' })]) {
      const [, host] = /^runs[\\/][A-Z][a-z]{2}\d{2}_\d{2}-\d{2}-\d{2}_(.*)_c$/.exec(writer.logDir)!;
      assert.is(host, hostname());
      assert.ok(readdirSync(writer.logDir).length > 0);
    }
    const writer = new SummaryWriter('given', { comment: '_c', filenameSuffix: '.train' });
    assert.is(writer.logDir, 'given');
    assert.match(readdirSync('given')[0]!, /^events\.out\.tfevents\..*\.train$/);
  } finally {
    process.chdir(before);
  }
});

test('SummaryWriter takes numbers, nested arrays, tensors and typed arrays', () => {
  const { writer, directory } = open();
  const data = Float32Array.of(1, 2, 3, 4);
  for (const values of [
    data,
    { data, shape: [2, 2] },
    [
      [1, 2],
      [3, 4],
    ],
    Int8Array.of(1, 2, 3, 4),
  ]) {
    writer.addHistogram('a', values);
  }
  writer.addHistogram('a', 2.5);
  writer.addScalar('loss', { data: Float32Array.of(0.5) });
  void writer.flush();
  const [first, second, third, fourth, number, scalar] = eventsIn(directory);
  for (const other of [second, third, fourth]) assert.equal(other!.histogram, first!.histogram);
  assert.is(number!.histogram!.num, 1);
  assert.is(scalar!.simpleValue, 0.5);
});

test('SummaryWriter counts steps for each tag where none is given', () => {
  const { writer, directory } = open();
  writer.addScalar('a', 1);
  writer.addScalar('a', 1);
  writer.addHistogram('b', 1);
  writer.addScalar('a', 1, 10);
  writer.addScalar('a', 1);
  writer.addScalar('a', 1, 20n);
  writer.addScalar('a', 1);
  void writer.flush();
  assert.equal(
    eventsIn(directory).map(({ tag, step }) => `${tag}${step}`),
    ['a0', 'a1', 'b0', 'a10', 'a11', 'a20', 'a21'],
  );
});

test('SummaryWriter warns once for each tag where there is nothing to count, and the step passes', () => {
  const { writer, directory } = open();
  const said = warnings(() => {
    writer.addHistogram('a', []);
    writer.addHistogram('a', [NaN, NaN]);
    writer.addHistogram('b', [NaN, 1e30, -Infinity]);
    writer.addHistogram('a', [1]);
  });
  assert.is(said.length, 2);
  assert.match(said[0]!, 'SummaryWriter.addHistogram("a"): there are no values, so no histogram is written');
  assert.match(said[1]!, 'SummaryWriter.addHistogram("b"): of 3 values all are NaN, infinite or beyond the bins');
  void writer.flush();
  assert.equal(
    eventsIn(directory).map(({ tag, step }) => `${tag}${step}`),
    ['a/NaN1', 'b/NaN0', 'b/-Inf0', 'a2', 'a/NaN2'],
  );
});

test('SummaryWriter refuses bad input before anything has changed', () => {
  const { writer, directory } = open({ maxQueue: 1 });
  const size = fileIn(directory).length;
  const wrong: [call: () => void, type: typeof TypeError, message: RegExp][] = [
    [() => writer.addScalar('', 1), TypeError, /^SummaryWriter\.addScalar: tag is the string ""; expected a string/],
    [() => writer.addHistogram(undefined as never, 1), TypeError, /^SummaryWriter\.addHistogram: tag is undefined; /],
    [() => writer.addHistogram(3 as never, 1), TypeError, /tag is the number 3; expected a string that is not empty$/],
    [
      () => writer.addHistogram('a', 'x' as never),
      TypeError,
      /^SummaryWriter\.addHistogram\("a"\): values is the string/,
    ],
    [() => writer.addHistogram('a', [[1], ['x']] as never), TypeError, /values\[1\]\[0\] is the string "x"/],
    [() => writer.addHistogram('a', BigInt64Array.of(1n) as never), TypeError, /a BigInt64Array/],
    [() => writer.addHistogram('a', 1, NaN), RangeError, /^SummaryWriter\.addHistogram\("a"\): step is NaN/],
    [() => writer.addHistogram('a', 1, '1' as never), TypeError, /step is the string "1"/],
    [
      () => writer.addScalar('a', '1' as never),
      TypeError,
      /^SummaryWriter\.addScalar\("a"\): values is the string "1"/,
    ],
    [() => writer.addScalar('a', [1, 2]), RangeError, /expected one number, got 2/],
    [() => writer.addScalar('a', 1, 2n ** 63n), RangeError, /beyond 64 bits/],
  ];
  for (const [call, type, message] of wrong) {
    assert.throws(call, (error: Error) => {
      assert.instance(error, type);
      assert.match(error.message, message);
      return true;
    });
  }
  assert.is(fileIn(directory).length, size);
  writer.addScalar('a', 1);
  assert.is(eventsIn(directory)[0]!.step, 0);
});

test('SummaryWriter refuses bad arguments before it makes a directory', () => {
  const directory = join(temporaryDirectory(), 'run');
  assert.throws(
    () => new SummaryWriter(3 as never),
    /^SummaryWriter: logDir is the number 3; expected a string that can be a path$/,
  );
  assert.throws(() => new SummaryWriter('a\0b'), /expected a string that can be a path$/);
  assert.throws(() => new SummaryWriter(null as never), /logDir is null/);
  assert.throws(() => new SummaryWriter(directory, { max_queue: 1 } as never), /unknown option max_queue/);
  assert.throws(() => new SummaryWriter(directory, { maxQueue: 0 }), /option maxQueue is the number 0/);
  assert.not(existsSync(directory));
});

test('SummaryWriter names a log directory that cannot be made, and why', () => {
  const file = join(temporaryDirectory(), 'file');
  writeFileSync(file, '');
  assert.throws(
    () => new SummaryWriter(file),
    (error: Error) => {
      assert.ok(error.message.startsWith(`SummaryWriter: cannot create the log directory ${file}: `), error.message);
      assert.is((error.cause as NodeJS.ErrnoException).code, 'EEXIST');
      return true;
    },
  );
});

test('SummaryWriter.close() flushes, is harmless twice, and makes adding an error', async () => {
  const { writer, directory } = open();
  writer.addScalar('a', 1);
  const closing = writer.close();
  assert.is(eventsIn(directory).length, 1);
  await closing;
  await writer.close();
  await writer.flush();
  const closed = /^SummaryWriter\.add\w+\("a"\): the writer is closed \(its log directory is .*\)$/;
  assert.throws(() => writer.addScalar('a', 1), closed);
  assert.throws(() => writer.addHistogram('a', 1), closed);
  assert.is(eventsIn(directory).length, 1);
});

test('SummaryWriter closes at the end of await using', async () => {
  const { writer, directory } = open();
  writer.addScalar('a', 1);
  await writer[Symbol.asyncDispose]();
  assert.is(eventsIn(directory).length, 1);
  assert.throws(() => writer.addScalar('a', 1), /is closed/);
});

test('SummaryWriter keeps its records when the disk refuses, and stays open', async () => {
  const { writer, directory } = open({ maxQueue: 2 });
  const original = fs.writeSync;
  Object.assign(fs, {
    writeSync: () => {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    },
  });
  const full = /ENOSPC: no space left on device, write; records kept in memory: 2$/;
  const refused = (promise: Promise<void>) =>
    promise.then(
      () => assert.unreachable('it should reject'),
      (error: Error) => assert.match(error.message, full),
    );
  try {
    writer.addScalar('a', 1);
    assert.throws(() => writer.addScalar('a', 2), full);
    await refused(writer.flush());
    await refused(writer.close());
  } finally {
    Object.assign(fs, { writeSync: original });
  }
  writer.addScalar('a', 3);
  await writer.close();
  assert.equal(
    eventsIn(directory).map(({ step, simpleValue }) => [step, simpleValue]),
    [
      [0, 1],
      [1, 2],
      [2, 3],
    ],
  );
});

test.run();
