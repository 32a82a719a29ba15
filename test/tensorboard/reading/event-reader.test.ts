// Reads files that PyTorch wrote; and no hostile bytes crash, hang or allocate what they claim.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { PbfWriter } from 'pbf';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  EventReader,
  type LoggedEvent,
  memoryLogs,
  type ReadWarning,
  RunReader,
} from '../../../src/tensorboard/index.ts';
import { cases, header, methods, wallTime } from '../fixture.ts';
import { readEvents } from '../read-events.ts';
import { recordOf } from '../record-of.ts';

function read(...records: Uint8Array[]): { events: LoggedEvent[]; warnings: ReadWarning[] } {
  const warnings: ReadWarning[] = [];
  const reader = new EventReader((warning) => warnings.push(warning));
  return { events: records.flatMap((record) => reader.push(record)), warnings };
}

const ofMethod = (name: string): Uint8Array[] =>
  Object.values(methods.find((one) => one.name === name)!.runs!).flatMap((records) =>
    records.map((record) => Uint8Array.from(Buffer.from(record, 'base64'))),
  );

test('onWarning is called without a this', async () => {
  const seen: unknown[] = [];
  function onWarning(this: unknown): void {
    seen.push(this);
  }
  // A record that is not an event.
  const damaged = recordOf(Uint8Array.of(0xff));
  new EventReader(onWarning).push(damaged);
  const files = new Map([['run/events.out.tfevents.1', new Blob([damaged as BlobPart])]]);
  const runs = new RunReader(memoryLogs({ files: () => files }), { onWarning });
  for await (const _event of runs.poll()) break;
  assert.equal(seen, [undefined, undefined]);
});

test('EventReader reads the header of a file', () => {
  const expected = {
    kind: 'version',
    wallTime,
    step: 0,
    version: 'brain.Event:2',
    writer: 'tensorboard.summary.writer.event_file_writer',
  };
  assert.equal(read(header), { events: [expected], warnings: [] });
});

for (const { name, kind, tag, record } of cases) {
  test(`EventReader reads PyTorch's ${kind}: ${name}`, () => {
    const [expected] = readEvents(record);
    const { events, warnings } = read(record);
    assert.equal(warnings, []);
    assert.is(events.length, 1);
    const [event] = events;
    assert.equal([event!.wallTime, event!.step], [expected!.wallTime, expected!.step]);
    if (kind === 'scalar')
      assert.equal(event, { kind, wallTime, step: expected!.step, tag, value: expected!.simpleValue! });
    else if (event!.kind === 'histogram') {
      const { limits, counts, ...statistics } = expected!.histogram!;
      assert.is(event!.tag, tag);
      assert.equal(event!.statistics, statistics);
      // PyTorch's first bucket is empty. The others begin and end with the smallest and the largest value, unless these
      // are NaN or lie beyond all buckets.
      const [lefts, rights] = [limits.slice(0, -1), limits.slice(1)];
      if (statistics.min > lefts[0]!) lefts[0] = statistics.min;
      if (statistics.max < rights.at(-1)!) rights[rights.length - 1] = statistics.max;
      const { bins } = event!;
      assert.equal([[...bins.lefts], [...bins.rights]], [lefts, rights]);
      assert.equal([...bins.counts], counts.slice(1));
    } else assert.unreachable(event!.kind);
  });
}

test('EventReader reads scalars in the newer form, in float32 and float64', () => {
  const head = { kind: 'scalar', wallTime, step: 3, tag: 'loss' };
  assert.equal(read(...ofMethod('a scalar in the newer form')).events, [{ ...head, value: Math.fround(0.1) }]);
  assert.equal(read(...ofMethod('a scalar in the newer form, in float64')).events, [{ ...head, value: 0.1 }]);
});

test('EventReader reads texts', () => {
  const [event] = read(...ofMethod('text that is not ASCII')).events;
  assert.equal(event, { kind: 'text', wallTime, step: 3, tag: 'größe/層/text_summary', texts: ['größe 層 🦉'] });
});

test('EventReader reads the values of other plugins as they are', () => {
  const { events, warnings } = read(...ofMethod('hparams: a number'));
  assert.equal(warnings, []);
  assert.equal(
    events.map((event) => ('tag' in event ? [event.kind, event.tag] : event.kind)),
    [
      ['plugin', '_hparams_/experiment'],
      ['plugin', '_hparams_/session_start_info'],
      ['plugin', '_hparams_/session_end_info'],
      ['scalar', 'accuracy'],
    ],
  );
  assert.ok(events[0]!.kind === 'plugin' && events[0]!.plugin === 'hparams' && events[0]!.content.length > 0);
});

test('EventReader reads the step at which a run resumes', () => {
  assert.equal(
    read(...ofMethod('purge')).events.map(({ kind, step }) => [kind, step]),
    [
      ['version', 5],
      ['start', 5],
    ],
  );
});

/** A record with one value, by a function that writes the fields of the value. */
function valueRecord(write: (pbf: PbfWriter) => void): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeMessage(5, (_, summary) => summary.writeMessage(1, (_one, value) => write(value), null), null);
  return recordOf(pbf.finish());
}

const plugin = (pbf: PbfWriter, name: string) =>
  pbf.writeMessage(
    9,
    (_, metadata) => metadata.writeMessage(1, (_one, data) => data.writeStringField(1, name), null),
    null,
  );

test("EventReader reads TensorFlow's newer histograms, whose plugin is in the first record only", () => {
  const rows = Float64Array.of(-1, 0, 5, 0, 1, 7);
  const histogram = (withPlugin: boolean) =>
    valueRecord((pbf) => {
      pbf.writeStringField(1, 'w');
      pbf.writeMessage(
        8,
        (_, tensor) => {
          tensor.writeVarintField(1, 2);
          tensor.writeMessage(
            2,
            (_one, shape) => {
              for (const size of [2, 3])
                shape.writeMessage(2, (_two, dimension) => dimension.writeVarintField(1, size), null);
            },
            null,
          );
          tensor.writeBytesField(4, new Uint8Array(rows.buffer));
        },
        null,
      );
      if (withPlugin) plugin(pbf, 'histograms');
    });
  const { events, warnings } = read(histogram(true), histogram(false));
  assert.equal(warnings, []);
  for (const event of events) {
    assert.ok(event.kind === 'histogram');
    assert.equal(event.bins, {
      lefts: Float64Array.of(-1, 0),
      rights: Float64Array.of(0, 1),
      counts: Float64Array.of(5, 7),
    });
  }
  assert.is(events.length, 2);
  assert.is(read(histogram(false)).events[0]!.kind, 'plugin');
});

test("EventReader reads TensorFlow's older histograms, whose outer limits mean no limit", () => {
  const record = valueRecord((pbf) => {
    pbf.writeStringField(1, 'w');
    pbf.writeMessage(
      5,
      (_, histogram) => {
        histogram.writeDoubleField(1, -3);
        histogram.writeDoubleField(2, 9);
        histogram.writePackedDouble(6, [-1, 2, 1.7976931348623157e308]);
        histogram.writePackedDouble(7, [4, 5, 6]);
      },
      null,
    );
  });
  const [event] = read(record).events;
  assert.ok(event?.kind === 'histogram');
  assert.equal([...event.bins.lefts], [-3, -1, 2]);
  assert.equal([...event.bins.rights], [-1, 2, 9]);
});

test('EventReader reports a malformed message with a valid checksum, and goes on', () => {
  const [first] = ofMethod('a wall time');
  const lying = valueRecord((pbf) => {
    pbf.writeTag(1, 2);
    pbf.writeVarint(1e9);
  });
  const unequal = valueRecord((pbf) => {
    pbf.writeMessage(5, (_, histogram) => histogram.writePackedDouble(6, [1, 2]), null);
  });
  const { events, warnings } = read(lying, unequal, recordOf(Uint8Array.of(0xff)), recordOf(Uint8Array.of(3)), first!);
  assert.is(events.length, 1);
  assert.equal(
    warnings.map(({ reason, final }) => [reason, final]),
    [
      ['a field claims 1000000000 bytes, and 0 are left', false],
      ['a histogram has 2 bucket limits and 0 counts', false],
      ['a number is cut off', false],
      ['a field has the number 0', false],
    ],
  );
  assert.equal(
    warnings.map(({ offset }) => offset),
    [0, lying.length, lying.length + unequal.length, lying.length + unequal.length + 17],
  );
});

const whole = Buffer.concat([
  header,
  ...cases.map(({ record }) => record),
  ...methods.flatMap(({ name, runs }) => (runs ? ofMethod(name) : [])),
]);

test('EventReader survives bit flips and cuts anywhere, and reads what is whole before them', () => {
  const count = read(whole).events.length;
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(7), fc.nat(whole.length), (at, bit, cut) => {
      const damaged = Buffer.from(whole.subarray(0, cut));
      if (at < cut) damaged[at]! ^= 1 << bit;
      const { events, warnings } = read(damaged);
      assert.ok(events.length <= count);
      if (at < cut) {
        const reader = new EventReader();
        reader.push(whole.subarray(0, at));
        // The flip is seen, unless it is in a record that is cut off.
        assert.ok(warnings.length === 1 || reader.offset + 16 > cut || cut < whole.length);
      } else assert.equal(warnings, []);
    }),
    { numRuns: 300 },
  );
});

test('EventReader survives messages of any bytes with valid checksums', () => {
  const messages = [header, ...cases.map(({ record }) => record)]
    .map((record) => record.slice(12, -4))
    .filter(({ length }) => length < 600);
  fc.assert(
    fc.property(
      fc.constantFrom(...messages),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 }),
      fc.boolean(),
      (message, changes, cut) => {
        const changed = Uint8Array.from(message);
        for (const [at, value] of changes) changed[at % changed.length] = value;
        const { events, warnings } = read(
          recordOf(cut ? changed.subarray(0, changes[0]![0] % changed.length) : changed),
        );
        assert.ok(warnings.length <= 1);
        for (const event of events) assert.type(event.kind, 'string');
      },
    ),
    { numRuns: 3000 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      assert.ok(read(recordOf(bytes)).warnings.length <= 1);
    }),
    { numRuns: 3000 },
  );
});

test('EventReader reads a million unpacked numbers in linear time', () => {
  // Unpacked, as an old encoder writes them: 9 bytes each. Copying all that came before at each would take an hour.
  const numbers = new PbfWriter(new Uint8Array(20_000_000));
  for (const field of [6, 7]) for (let i = 0; i < 1_000_000; i++) numbers.writeDoubleField(field, i);
  const fields = numbers.finish();
  const [event] = read(valueRecord((pbf) => pbf.writeBytesField(5, fields))).events;
  assert.ok(event?.kind === 'histogram');
  assert.is(event.bins.counts.length, 999_999);
});

test('the reader of the package and that of the tests share no code', () => {
  assert.not.match(readFileSync(new URL('../read-events.ts', import.meta.url), 'utf8'), /src\//);
});

test.run();
