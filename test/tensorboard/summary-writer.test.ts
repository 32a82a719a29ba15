import fs, { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MemorySink, SummaryWriter, type SummaryWriterOptions } from '../../src/tensorboard/index.ts';
import { cases, header, wallTime } from './fixture.ts';
import { readEvents } from './read-events.ts';
import { atTime, eventsIn, fileIn, runsIn, temporaryDirectory, withSumsOf } from './temporary.ts';

function open(options?: SummaryWriterOptions): { writer: SummaryWriter; directory: string } {
  const directory = temporaryDirectory();
  return { writer: new SummaryWriter(directory, options), directory };
}

/** What `run` prints with console.warn. */
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

for (const { name, kind, tag, step, values, finite, record } of cases) {
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
    else if (finite) {
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

test('SummaryWriter writes its header when it is constructed, with the time', () => {
  const before = Date.now() / 1000;
  const { directory, writer } = open();
  const [event, ...rest] = readEvents(fileIn(directory));
  assert.is(rest.length, 0);
  assert.is(event!.fileVersion, 'brain.Event:2');
  assert.is(event!.writer, 'tensorboard.summary.writer.event_file_writer');
  assert.ok(event!.wallTime >= before && event!.wallTime <= Date.now() / 1000);
  assert.is(writer.logDir, directory);
});

test('SummaryWriter has a default log directory, with the comment', () => {
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

test('SummaryWriter counts the steps of each tag by default', () => {
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

test('SummaryWriter warns once per tag if no value is in a bin, and the step passes', () => {
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
    [
      () => writer.addScalar('', 1),
      TypeError,
      /^SummaryWriter\.addScalar: tag must be a string that is not empty, got the string ""/,
    ],
    [
      () => writer.addHistogram(undefined as never, 1),
      TypeError,
      /^SummaryWriter\.addHistogram: tag must be a string that is not empty, got undefined$/,
    ],
    [() => writer.addHistogram(3 as never, 1), TypeError, /tag must be a string that is not empty, got the number 3$/],
    [
      () => writer.addHistogram('a', 'x' as never),
      TypeError,
      /^SummaryWriter\.addHistogram\("a"\): values must be a number, .* got the string/,
    ],
    [
      () => writer.addHistogram('a', [[1], ['x']] as never),
      TypeError,
      /values\[1\]\[0\] must be a number, .* got the string "x"/,
    ],
    [() => writer.addHistogram('a', new DataView(new ArrayBuffer(8)) as never), TypeError, /a DataView/],
    [
      () => writer.addHistogram('a', 1, NaN),
      RangeError,
      /^SummaryWriter\.addHistogram\("a"\): step must be .*, got NaN$/,
    ],
    [
      () => writer.addHistogram('a', 1, '1' as never),
      TypeError,
      /step must be a number or a bigint, got the string "1"/,
    ],
    [
      () => writer.addScalar('a', '1' as never),
      TypeError,
      /^SummaryWriter\.addScalar\("a"\): values must be a number, .* got the string "1"/,
    ],
    [() => writer.addScalar('a', [1, 2]), RangeError, /the value must be one number, got 2/],
    [() => writer.addScalar('a', 1, 2n ** 63n), RangeError, /step must be from .*, got 9223372036854775808$/],
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

test('SummaryWriter refuses bad arguments before it creates a directory', () => {
  const directory = join(temporaryDirectory(), 'run');
  assert.throws(
    () => new SummaryWriter(3 as never),
    /^SummaryWriter: logDir must be a string that can be a path, got the number 3$/,
  );
  assert.throws(
    () => new SummaryWriter({ maxQueue: 1 } as never),
    /logDir must be a string that can be a path, and the options the second argument, got an Object$/,
  );
  assert.throws(() => new SummaryWriter('a\0b'), /logDir must be a string that can be a path, got /);
  assert.throws(() => new SummaryWriter(null as never), /logDir must be a string that can be a path, got null/);
  assert.throws(() => new SummaryWriter(directory, { max_queue: 1 } as never), /unknown option "max_queue"/);
  assert.throws(() => new SummaryWriter(directory, { maxQueue: 0 }), /option "maxQueue" must be .*, got the number 0/);
  assert.not(existsSync(directory));
});

test('SummaryWriter names a log directory that it cannot create, and the cause', () => {
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

test('SummaryWriter keeps its records while the disk fails, and stays open', async () => {
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

test('SummaryWriter counts NaN and infinities beside a histogram, from the first one on', () => {
  const { writer, directory } = open();
  writer.addHistogram('a', [1, 2]);
  writer.addHistogram('a', [1, NaN, Infinity, NaN]);
  writer.addHistogram('a', [1, 2]);
  writer.addHistogram('a', [-Infinity, -Infinity, 3]);
  void writer.flush();
  assert.equal(
    eventsIn(directory).map(
      ({ tag, step, simpleValue, histogram }) => `${tag} ${step}: ${simpleValue ?? histogram?.num}`,
    ),
    [
      'a 0: 2',
      'a 1: 4',
      'a/NaN 1: 2',
      'a/+Inf 1: 1',
      'a 2: 2',
      'a/NaN 2: 0',
      'a/+Inf 2: 0',
      'a 3: 3',
      'a/NaN 3: 0',
      'a/+Inf 3: 0',
      'a/-Inf 3: 2',
    ],
  );
});

test('SummaryWriter spans bins over the finite values', () => {
  const { writer, directory } = open();
  writer.addHistogram('a', [NaN, 0, 1, Infinity], 0, { bins: 2 });
  writer.addHistogram('a', [NaN, 0, 1, Infinity], 1, { bins: 'auto' });
  void writer.flush();
  const [first, , , second] = eventsIn(directory);
  assert.equal(first!.histogram!.limits, [0, 0.5, 1]);
  assert.equal(first!.histogram!.counts, [0, 1, 1]);
  assert.is(
    second!.histogram!.counts.reduce((sum, count) => sum + count, 0),
    2,
  );
});

test('SummaryWriter counts the steps of several curves together, and those of texts', () => {
  const { writer, directory } = open();
  for (let i = 0; i < 2; i++) writer.addScalars('loss', { train: 1, val: 2 });
  for (let i = 0; i < 2; i++) writer.addText('note', 'x');
  void writer.flush();
  const runs = runsIn(directory);
  for (const run of ['loss_train', 'loss_val'])
    assert.equal(
      runs[run]!.map(({ step }) => step),
      [0, 1],
    );
  assert.equal(
    runs['.']!.map(({ tag, step }) => `${tag} ${step}`),
    ['note/text_summary 0', 'note/text_summary 1'],
  );
});

test('SummaryWriter.addHparams() makes a run for each trial', () => {
  const { writer, directory } = open();
  atTime(wallTime, () => {
    for (const lr of [0.1, { data: Float32Array.of(0.5) }]) writer.addHparams({ lr }, { loss: 1 });
  });
  void writer.flush();
  const runs = Object.keys(runsIn(directory)).filter((run) => run !== '.');
  assert.equal(runs.map((run) => Math.round(Number(run) * 1000)).sort(), [wallTime * 1000, wallTime * 1000 + 1]);
});

test('SummaryWriter takes the tensors of a framework through its reader, and ImageData', () => {
  class Foreign {
    readonly hidden = Float32Array.of(0, 0.5, 1, 1);
  }
  const directory = temporaryDirectory();
  const writer = new SummaryWriter(directory, {
    reader: {
      is: (value): value is Foreign => value instanceof Foreign,
      shape: () => [1, 2, 2],
      values: (tensor: Foreign) => tensor.hidden,
      keep: (tensor: Foreign) => tensor,
    },
  });
  writer.addHistogram('h', new Foreign());
  writer.addImage('i', new Foreign());
  writer.addImage('c', { data: new Uint8ClampedArray(24), width: 3, height: 2, colorSpace: 'srgb' } as ImageData);
  void writer.flush();
  const [histogram, image, canvas] = eventsIn(directory);
  assert.is(histogram!.histogram!.num, 4);
  assert.equal([image!.image!.height, image!.image!.width, image!.image!.colorspace], [2, 2, 3]);
  assert.equal([canvas!.image!.height, canvas!.image!.width, canvas!.image!.colorspace], [2, 3, 4]);
});

test('SummaryWriter begins with two records for purgeStep', () => {
  const { writer, directory } = open({ purgeStep: 7 });
  void writer.flush();
  assert.equal(
    readEvents(fileIn(directory)).map(({ step }) => step),
    [0, 7, 7],
  );
  assert.throws(() => open({ purgeStep: NaN }), /^SummaryWriter: purgeStep: step must be .*, got NaN$/);
});

test('two writers in one directory have a file each', async () => {
  const directory = temporaryDirectory();
  const writers = [new SummaryWriter(directory), new SummaryWriter(directory)];
  for (const writer of writers) writer.addScalar('a', 1);
  for (const writer of writers) await writer.close();
  assert.is(readdirSync(directory).length, 2);
  assert.is(runsIn(directory)['.']!.length, 2);
});

test('SummaryWriter keeps its directory if the working directory changes, for later runs too', () => {
  const directory = temporaryDirectory();
  const before = process.cwd();
  try {
    process.chdir(directory);
    const writer = new SummaryWriter('run');
    process.chdir(before);
    writer.addScalars('a', { b: 1 });
    void writer.flush();
    assert.equal(Object.keys(runsIn(directory)).sort(), ['run', 'run/a_b']);
  } finally {
    process.chdir(before);
  }
});

test('SummaryWriter throws after its directory was removed, and keeps the record', async () => {
  const { writer, directory } = open({ maxQueue: 1 });
  rmSync(directory, { recursive: true });
  assert.throws(
    () => writer.addScalar('a', 1),
    /cannot write to the event file .*ENOENT.*; records kept in memory: 1$/,
  );
  const error: Error = await writer.close().then(
    () => assert.unreachable('it should reject'),
    (reason) => reason,
  );
  assert.match(error.message, /records kept in memory: 1$/);
});

test('SummaryWriter refuses wrong arguments of all methods, and names that lead out of the log directory', () => {
  const { writer, directory } = open();
  const refused: [call: () => void, message: RegExp][] = [
    [() => writer.addScalar('a\nb', 1), /tag has the control character U\+000a at 1, in the string "a\\nb"$/],
    [() => writer.addScalar('a\0', 1), /control character U\+0000/],
    [() => writer.addScalar('\ud800x', 1), /half of a surrogate pair/],
    [() => writer.addScalar('x'.repeat(5000), 1), /tag must have at most 4096 characters, got 5000$/],
    [
      () => writer.addScalars('a', { '': 1 }),
      /the name of a curve must be a string that is not empty, got the string ""/,
    ],
    [
      () => writer.addScalars('a', { 'x/../../y': 1 }),
      /the run must be a path below the log directory, got "a_x\/\.\.\/\.\.\/y" with the part "\.\."/,
    ],
    [() => writer.addScalars('a', { 'x\\..\\y': 1 }), /with the part "\.\."/],
    [() => writer.addScalars('a', 3 as never), /values must be an object with a value for each name, got the number 3/],
    [() => writer.addScalars('a', { b: [1, 2] }), /addScalars\("a"\): "b": the value must be one number, got 2/],
    [() => writer.addHparams({}, {}, { runName: '../x' }), /with the part "\.\."/],
    [() => writer.addHparams({ lr: 5n } as never, {}), /hparams\["lr"\] must be a number, .* got the bigint 5n/],
    [() => writer.addHparams({ lr: [1, 2] }, {}), /hparams\["lr"\]: the value must be one number, got 2/],
    [
      () => writer.addHparams([] as never, {}),
      /hparams must be an object with a value for each name, got an array of length 0/,
    ],
    [() => writer.addHparams({}, { '': 1 }), /a metric must be a string that is not empty, got the string ""/],
    [
      () => writer.addHparams({ a: 1 }, {}, { hparamDomainDiscrete: { b: [1] } }),
      /hparam_domain_discrete\[b\] should be a list/,
    ],
    [() => writer.addHparams({ a: 1 }, {}, { hparamDomainDiscrete: { a: ['x'] } }), /should be a list of same type/],
    [() => writer.addText('a', 3 as never), /text must be a string, got the number 3/],
    [
      () => writer.addScalar('a', 1, 0, { walltime: 3 } as never),
      /unknown option "walltime"; the options are wallTime, newStyle/,
    ],
    [
      () => writer.addScalar('a', 1, 0, { wallTime: NaN }),
      /option "wallTime" must be seconds, a finite number, got the number NaN/,
    ],
    [() => writer.addHistogram('a', [1], 0, { bins: 'zzz' as never }), /'zzz' is not a valid estimator for `bins`/],
    [
      () => writer.addHistogram('a', [1], 0, { bins: 0 }),
      /option "bins" must be a whole number from 1 to 1000000, got 0/,
    ],
    [() => writer.addHistogram('a', [1], 0, { bins: [1] }), /option "bins" must have at least 2 edges, got 1/],
    [() => writer.addHistogram('a', [1], 0, { bins: [1, 0] }), /`bins` must increase monotonically/],
    [
      () => writer.addHistogram('a', [1], 0, { bins: [1, NaN] }),
      /bins\[1\] must be a finite number, got the number NaN/,
    ],
    [
      () => writer.addHistogram('a', [1], 0, { bins: {} as never }),
      /option "bins" must be a number of bins, .* got an Object/,
    ],
    [
      () => writer.addHistogram('a', [1], 0, { maxBins: 0 }),
      /option "maxBins" must be a whole number of at least 1, got the number 0/,
    ],
    [() => writer.addHistogram('a', [1, 1 + 2 ** -52], 0, { bins: 100 }), /Too many bins for data range/],
    [
      () => writer.addHistogram('a', [0, 1, 1 + 1e-9, 1 + 2e-9, 1e9], 0, { bins: 'fd' }),
      /must give at most 1000000 bins, got \d+$/,
    ],
    [
      () =>
        writer.addHistogramRaw('a', {
          min: 0,
          max: 1,
          num: 1,
          sum: 1,
          sumSquares: 1,
          bucketLimits: [1],
          bucketCounts: [],
        }),
      /len\(bucket_limits\) != len\(bucket_counts\), see the document/,
    ],
    [() => writer.addHistogramRaw('a', {} as never), /min must be a number, got undefined/],
    [() => writer.addImage('a', [1, 2]), /size of input tensor and input format are different/],
    [
      () => writer.addImage('a', [[[1]]], 0, { dataformats: 'CHX' }),
      /option "dataformats" must be the letters .* got the string "CHX"/,
    ],
    [
      () => writer.addImage('a', { data: new Float32Array(5), shape: [5, 1, 1] }),
      /the number of channels must be 1, 2, 3, 4, got 5/,
    ],
    [
      () => writer.addImages('a', { data: new Float32Array(4), shape: [1, 4, 1, 1] }),
      /the number of channels must be 1, 3, got 4/,
    ],
    [
      () => writer.addImage('a', { data: new Float32Array(0), shape: [3, 0, 2] }),
      /the image must have pixels, got the shape \[3, 0, 2\]/,
    ],
  ];
  for (const [call, message] of refused) assert.throws(call, message);
  void writer.flush();
  assert.equal(runsIn(directory), { '.': [] });
});

test('SummaryWriter refuses to work without a sink in a page', () => {
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, 'process')!;
  Object.defineProperty(globalThis, 'process', { value: { env: {} }, configurable: true, writable: true });
  try {
    const message =
      'SummaryWriter: there are no directories here as in Node (20.19 or newer); give a sink: new SummaryWriter(logDir, { sink: new MemorySink() })';
    assert.throws(
      () => new SummaryWriter('run'),
      (error: Error) => error.message === message,
    );
    const sink = new MemorySink();
    const writer = new SummaryWriter(undefined, { sink });
    assert.match(writer.logDir, /^runs\/[A-Z][a-z]{2}\d{2}_\d{2}-\d{2}-\d{2}_browser$/);
    assert.match([...sink.files().keys()][0]!, /^runs\/.*\/events\.out\.tfevents\.\d{10}\.browser\.\d+\.\d+$/);
  } finally {
    Object.defineProperty(globalThis, 'process', descriptor);
  }
});

test.run();
