// Every field of an event is read, whatever program wrote it, and no corruption goes unreported.
import { PbfReader, PbfWriter } from 'pbf';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  directoryLogs,
  EventReader,
  type LoggedEvent,
  memoryLogs,
  RunReader,
  readEvents,
} from '../../../src/tensorboard/index.ts';
import { header } from '../fixture.ts';
import { recordOf } from '../record-of.ts';
import { eventsOf, fromBase64, records } from './fixture.ts';

const bytes = (text: string | undefined) => fromBase64(text!);

/** The expected event of each record of the fixture, except for time and step. */
const EXPECTED: Record<string, (fields: Record<string, string>) => object> = {
  sound: ({ content, tensor }) => ({
    kind: 'plugin',
    tag: 'sound',
    plugin: 'audio',
    content: bytes(content),
    tensor: bytes(tensor),
  }),
  picture: () => ({
    kind: 'image',
    tag: 'picture',
    width: 3,
    height: 2,
    images: [new TextEncoder().encode('PNG...')],
  }),
  graph: ({ graph }) => ({ kind: 'graph', graph: bytes(graph) }),
  'meta graph': ({ meta, graph }) => ({ kind: 'metaGraph', metaGraph: bytes(meta), graph: bytes(graph) }),
  'meta graph without a graph': ({ meta }) => ({ kind: 'metaGraph', metaGraph: bytes(meta) }),
  'run metadata': ({ metadata }) => ({ kind: 'runMetadata', tag: 'step 7', metadata: bytes(metadata) }),
  'log message': ({ message }) => ({ kind: 'message', level: 30, message }),
  'session log: start': () => ({ kind: 'start', checkpointPath: '/model.ckpt', message: 'why' }),
  'session log: stop': () => ({ kind: 'session', status: 'stop', checkpointPath: '/model.ckpt', message: 'why' }),
  'session log: checkpoint': () => ({
    kind: 'session',
    status: 'checkpoint',
    checkpointPath: '/model.ckpt',
    message: 'why',
  }),
  'tensor by its node': () => ({
    kind: 'plugin',
    tag: 'old node',
    plugin: '',
    content: new Uint8Array(0),
    tensor: Uint8Array.of(8, 1, 18, 4, 18, 2, 8, 1, 42, 4, 0, 0, 128, 63),
  }),
};

test('there is an expectation for each record of the fixture', () => {
  assert.equal(
    records.map(({ name }) => name),
    Object.keys(EXPECTED),
  );
});

for (const { name, record, ...fields } of records) {
  test(`readEvents() reads the ${name} that TensorBoard's messages hold`, async () => {
    const { events, warnings } = await eventsOf(bytes(record));
    assert.equal(warnings, []);
    assert.equal(plain(events), [plain({ wallTime: 1700000007.25, step: 7, ...EXPECTED[name]!(fields) })]);
  });
}

/** Copies views. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value];
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)]));
}

/** A record with one value of a summary. */
function valueRecord(write: (value: PbfWriter) => void): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeMessage(5, (_, summary) => summary.writeMessage(1, (_one, value) => write(value), null), null);
  return recordOf(pbf.finish());
}

test('readEvents() skips unknown fields of a value', async () => {
  const { events } = await eventsOf(
    valueRecord((value) => {
      value.writeStringField(1, 'loss');
      value.writeFloatField(2, 0.5);
      value.writeStringField(12, 'new');
    }),
  );
  assert.equal(
    events.map((event) => event.kind === 'scalar' && event.value),
    [0.5],
  );
});

test('readEvents() reads a sound of any length in the older form', async () => {
  for (const length of [0, 127, 128, 20_000]) {
    const sound = new Uint8Array(length).fill(7);
    const record = valueRecord((value) => value.writeMessage(6, (_, audio) => audio.writeBytesField(4, sound), null));
    const { events } = await eventsOf(record);
    const [event] = events;
    assert.ok(event?.kind === 'plugin');
    const strings: Uint8Array[] = [];
    new PbfReader(event.tensor!).readFields((field, _, pbf) => {
      if (field === 8) strings.push(pbf.readBytes());
    }, null);
    assert.equal(strings.map(plain), [plain(sound), []]);
  }
});

test('readEvents() gives a value of an obsolete form as that of an unknown plugin', async () => {
  const { events } = await eventsOf(
    valueRecord((value) => {
      value.writeStringField(1, 'w');
      value.writeBytesField(3, Uint8Array.of(1));
    }),
  );
  assert.equal(
    events.map((event) => event.kind === 'plugin' && [event.tag, event.plugin]),
    [['w', '']],
  );
});

test('readEvents() takes field numbers up to 2^29 - 1, as protocol buffers do, and refuses 2^29', async () => {
  // Field 3 of an event, a version, and then a field of an unknown number, a varint 0.
  const version = Uint8Array.of(0x1a, 1, 0x78);
  const last = Uint8Array.of(...version, 0xf8, 0xff, 0xff, 0xff, 0x0f, 0);
  const beyond = Uint8Array.of(...version, 0x80, 0x80, 0x80, 0x80, 0x10, 0);
  const good = await eventsOf(recordOf(last));
  assert.equal([good.events.length, good.warnings], [1, []]);
  const bad = await eventsOf(recordOf(beyond));
  assert.equal([bad.events, bad.warnings.map(({ reason }) => reason)], [[], ['a field has the number 536870912']]);
});

/** What `run` prints with console.warn. */
async function printed(run: () => unknown): Promise<string[]> {
  const before = console.warn;
  const lines: string[] = [];
  console.warn = (...parts: unknown[]) => lines.push(parts.join(' '));
  try {
    await run();
  } finally {
    console.warn = before;
  }
  return lines;
}

const noFile = new TextEncoder().encode('these bytes are no event file');

test('readEvents() and EventReader print a warning by default', async () => {
  const cut = header.subarray(0, -1);
  const read = async (source: Uint8Array) => {
    for await (const _ of readEvents(source));
  };
  assert.equal(
    (await printed(() => read(noFile))).map((line) => line.slice(0, 60)),
    ['layertap: an event file, byte 0: the length of a record does'],
  );
  assert.equal(await printed(() => read(cut)), ['layertap: an event file, byte 0: the last record is cut off']);
  assert.is((await printed(() => new EventReader().push(noFile))).length, 1);
  assert.equal(await printed(() => read(header)), []);
});

test('readers of logs refuse wrong arguments before they read', async () => {
  const refuses = async (run: () => unknown, message: RegExp, type: ErrorConstructor = TypeError) => {
    let thrown: unknown;
    try {
      await run();
    } catch (error) {
      thrown = error;
    }
    assert.instance(thrown, type);
    assert.match((thrown as Error).message, message);
  };
  let pulled = 0;
  const source = {
    *[Symbol.iterator]() {
      pulled++;
      yield header;
    },
  };
  const read = (onWarning: unknown) => readEvents(source, onWarning as never).next();
  for (const wrong of [{ onWarning: () => {} }, null, 'warn', 1]) {
    await refuses(() => read(wrong), /^readEvents\(\): onWarning must be a function, got /);
    await refuses(() => new EventReader(wrong as never), /^EventReader: onWarning must be a function, got /);
  }
  assert.is(pulled, 0);
  const logs = memoryLogs({ files: () => new Map() });
  await refuses(
    () => new RunReader('runs' as never),
    /^RunReader: the directory must be a LogDirectory .* got the string "runs"/,
  );
  await refuses(
    () => new RunReader(undefined as never),
    /^RunReader: the directory must be a LogDirectory .* got undefined/,
  );
  await refuses(() => new RunReader(logs, { onWarning: 1 } as never), /option "onWarning" must be a function/);
  await refuses(() => new RunReader(logs, { onwarning: () => {} } as never), /unknown option "onwarning"/);
  const follow = (options: unknown) => new RunReader(logs).follow(options as never).next();
  await refuses(() => follow({ interval: Number.NaN }), /option "interval" must be seconds/, RangeError);
  await refuses(() => follow({ interval: Infinity }), /option "interval" must be seconds/, RangeError);
  await refuses(() => follow({ signal: 1 }), /option "signal" must be an AbortSignal/);
  await refuses(() => directoryLogs('runs', { outside: 'no' } as never), /option "outside" must be true or false/);
  await refuses(() => directoryLogs('runs', { outsid: false } as never), /unknown option "outsid"/);
});

test('readEvents() reads the whole records of a file that is cut anywhere, and warns of the cut', async () => {
  const whole = Buffer.concat([header, ...records.map(({ record }) => fromBase64(record))]);
  const all = await eventsOf(whole);
  for (let cut = 0; cut < whole.length; cut++) {
    const { events, warnings } = await eventsOf(whole.subarray(0, cut));
    assert.equal(plain(events), plain(all.events.slice(0, events.length) as LoggedEvent[]));
    const isBetween = warnings.length === 0;
    assert.ok(isBetween || warnings[0]!.reason === 'the last record is cut off', String(cut));
  }
});

test.run();
