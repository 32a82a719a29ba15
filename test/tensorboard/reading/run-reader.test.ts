import { appendFileSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  directoryLogs,
  type FileWarning,
  fileLogs,
  handleLogs,
  MemorySink,
  memoryLogs,
  RunReader,
  readEvents,
  SummaryWriter,
} from '../../../src/tensorboard/index.ts';
import { cases, header } from '../fixture.ts';
import { temporaryDirectory } from '../temporary.ts';

/** Records of scalars, 0.1 and 0 and so on, without their files. */
const scalars = cases.filter(({ kind }) => kind === 'scalar').map(({ record }) => record);

function put(directory: string, path: string, ...records: Uint8Array[]): string {
  const full = join(directory, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, Buffer.concat([header, ...records]));
  return full;
}

/** The events of a poll, as `run kind`. */
async function look(reader: RunReader): Promise<string[]> {
  const found: string[] = [];
  for await (const { run, event } of reader.poll())
    found.push(`${run} ${event.kind === 'scalar' ? event.value : event.kind}`);
  return found;
}

function open(directory: string): { reader: RunReader; warnings: FileWarning[] } {
  const warnings: FileWarning[] = [];
  return {
    warnings,
    reader: new RunReader(directoryLogs(directory), { onWarning: (warning) => warnings.push(warning) }),
  };
}

const first = Math.fround(0.1);

test('RunReader reads the event files of all runs, each in the order of their names', async () => {
  const directory = temporaryDirectory();
  put(directory, 'events.out.tfevents.2', scalars[1]!);
  put(directory, 'events.out.tfevents.1', scalars[0]!);
  put(directory, 'a/b/events.out.tfevents.1.host');
  put(directory, 'a/other.txt', scalars[0]!);
  put(directory, 'a/x.tfevents.profile-empty', scalars[0]!);
  const { reader, warnings } = open(directory);
  assert.equal(await look(reader), ['a/b version', '. version', `. ${first}`, '. version', '. 0']);
  assert.equal(await look(reader), []);
  assert.equal(warnings, []);
});

test('RunReader reads appended records, once they are complete, and new runs', async () => {
  const directory = temporaryDirectory();
  const path = put(directory, 'run/events.out.tfevents.1');
  const { reader, warnings } = open(directory);
  assert.equal(await look(reader), ['run version']);
  appendFileSync(path, scalars[0]!.subarray(0, 20));
  assert.equal(await look(reader), []);
  appendFileSync(path, scalars[0]!.subarray(20));
  put(directory, 'new/events.out.tfevents.1');
  assert.equal(await look(reader), ['new version', `run ${first}`]);
  assert.equal(warnings, []);
});

test('RunReader reads on after a writer took back an incomplete record', async () => {
  const directory = temporaryDirectory();
  const path = put(directory, 'events.out.tfevents.1');
  const { reader, warnings } = open(directory);
  appendFileSync(path, scalars[0]!.subarray(0, 20));
  assert.equal(await look(reader), ['. version']);
  truncateSync(path, header.length);
  appendFileSync(path, scalars[1]!);
  assert.equal(await look(reader), ['. 0']);
  assert.equal(warnings, []);
});

test('RunReader warns of corrupt files and of files that shrink, and reads the others', async () => {
  const directory = temporaryDirectory();
  const damaged = Uint8Array.from(scalars[0]!);
  damaged[20]! ^= 1;
  const path = put(directory, 'a/events.out.tfevents.1', damaged, scalars[1]!);
  put(directory, 'b/events.out.tfevents.1', scalars[1]!);
  const { reader, warnings } = open(directory);
  assert.equal(await look(reader), ['a version', 'a 0', 'b version', 'b 0']);
  assert.equal(warnings, [
    {
      path: 'a/events.out.tfevents.1',
      offset: header.length,
      reason: 'the data of a record does not fit its checksum',
      final: false,
    },
  ]);
  truncateSync(path, 30);
  assert.equal(await look(reader), []);
  assert.match(warnings[1]!.reason, /^the file became shorter: it has 30 bytes.*read anew$/);
  assert.equal(await look(reader), []);
  assert.is(warnings.length, 2);
  // Another one replaces it.
  put(directory, 'a/events.out.tfevents.1', scalars[0]!, scalars[1]!);
  assert.equal(await look(reader), ['a version', `a ${first}`, 'a 0']);
  assert.is(warnings.length, 2);
});

test('RunReader reads a file again that was no event file, and became shorter', async () => {
  const directory = temporaryDirectory();
  const path = put(directory, 'events.out.tfevents.1', scalars[0]!, new Uint8Array(100).fill(7));
  const { reader, warnings } = open(directory);
  assert.equal(await look(reader), ['. version', `. ${first}`]);
  assert.is(warnings.at(-1)!.final, true);
  // To the end of what could be read; then to less.
  truncateSync(path, header.length + scalars[0]!.length);
  assert.equal(await look(reader), ['. version', `. ${first}`]);
  truncateSync(path, header.length);
  assert.equal(await look(reader), ['. version']);
  put(directory, 'events.out.tfevents.1', scalars[1]!);
  assert.equal(await look(reader), ['. 0']);
});

test('RunReader reads a file again that was replaced by a longer one, in any pieces of its bytes', async () => {
  for (const size of [1, 3, 5, 1 << 20]) {
    let bytes = Buffer.concat([header, scalars[0]!]);
    const read = async function* (from: number) {
      for (let at = from; at < bytes.length; at += size) yield Uint8Array.from(bytes.subarray(at, at + size));
    };
    const warnings: FileWarning[] = [];
    const reader = new RunReader(
      { list: async () => [{ path: 'a.tfevents', size: bytes.length, read }] },
      { onWarning: (warning) => warnings.push(warning) },
    );
    assert.equal(await look(reader), ['. version', `. ${first}`]);
    // Appending, even half records, does not replace a file.
    const record = scalars[1]!;
    bytes = Buffer.concat([bytes, record.subarray(0, 15)]);
    assert.equal(await look(reader), []);
    bytes = Buffer.concat([bytes.subarray(0, -15), record, record]);
    assert.equal(await look(reader), ['. 0', '. 0']);
    assert.equal(warnings, []);
    // Its records are as long as the old ones, so no checksum of a length differs.
    const length = bytes.length;
    bytes = Buffer.concat([header, ...[1, 0, 0, 0].map((i) => scalars[i]!)]);
    assert.equal(await look(reader), ['. version', '. 0', ...[0, 0, 0].map(() => `. ${first}`)]);
    const reason = 'another file has taken its place; it is read anew';
    assert.equal(warnings, [{ path: 'a.tfevents', offset: length, reason, final: false }]);
    assert.equal(await look(reader), []);
  }
});

test('RunReader tries an unreadable file again, and warns once', async () => {
  const bytes = Buffer.concat([header, scalars[0]!, scalars[1]!]);
  const cut = header.length + scalars[0]!.length;
  let broken = true;
  const warnings: string[] = [];
  const file = {
    path: 'events.out.tfevents.1',
    size: bytes.length,
    async *read(from: number) {
      if (from < cut) yield bytes.subarray(from, cut);
      if (broken) throw new Error('no connection');
      yield bytes.subarray(Math.max(from, cut));
    },
  };
  const reader = new RunReader({ list: async () => [file] }, { onWarning: ({ reason }) => warnings.push(reason) });
  assert.equal(await look(reader), ['. version', `. ${first}`]);
  assert.equal(await look(reader), []);
  broken = false;
  assert.equal(await look(reader), ['. 0']);
  assert.equal(warnings, ['no connection']);
});

test('RunReader goes on where the last poll was left', async () => {
  const directory = temporaryDirectory();
  put(directory, 'events.out.tfevents.1', ...scalars.slice(0, 3));
  const { reader } = open(directory);
  for await (const { event } of reader.poll()) if (event.kind === 'scalar') break;
  assert.equal(await look(reader), ['. 0', '. 0']);
});

test('RunReader.pollBatches() gives the events of poll(), and those that a poll left', async () => {
  const directory = temporaryDirectory();
  put(directory, 'a/events.out.tfevents.1', ...scalars.slice(0, 3));
  put(directory, 'b/events.out.tfevents.1', scalars[1]!);
  const batches: string[] = [];
  const { reader } = open(directory);
  for await (const { event } of reader.poll()) if (event.kind === 'scalar') break;
  for await (const { run, events } of reader.pollBatches()) batches.push(`${run} ${events.map(({ kind }) => kind)}`);
  assert.equal(batches, ['a scalar,scalar', 'b version,scalar']);
  for await (const _ of reader.pollBatches()) assert.unreachable();
});

test('RunReader.follow() yields present and later events, until it is aborted', async () => {
  const directory = temporaryDirectory();
  const writer = new SummaryWriter(directory);
  const abort = new AbortController();
  const steps: number[] = [];
  for await (const { event } of open(directory).reader.follow({ signal: abort.signal, interval: 0.01 })) {
    if (event.kind === 'version') writer.addScalar('a', 0);
    if (event.kind !== 'scalar') continue;
    steps.push(event.step);
    if (event.step < 3) writer.addScalar('a', 0);
    else abort.abort();
  }
  assert.equal(steps, [0, 1, 2, 3]);
});

test('RunReader refuses a second poll during one', async () => {
  const directory = temporaryDirectory();
  put(directory, 'events.out.tfevents.1');
  const { reader } = open(directory);
  for await (const _ of reader.poll()) {
    const error: Error = await look(reader).then(
      () => assert.unreachable(),
      (reason) => reason,
    );
    assert.match(error.message, 'the last poll() is not over yet');
  }
});

test('directoryLogs() follows links, each directory once, and rejects for a missing directory', async () => {
  const directory = temporaryDirectory();
  put(directory, 'runs/a/events.out.tfevents.1');
  symlinkSync(join(directory, 'runs'), join(directory, 'runs/a/loop'));
  symlinkSync(join(directory, 'nowhere'), join(directory, 'runs/broken'));
  const files = await directoryLogs(join(directory, 'runs')).list();
  assert.ok(files.length <= 2, String(files.length));
  assert.is(files[0]!.path, 'a/events.out.tfevents.1');
  rmSync(directory, { recursive: true });
  const error: NodeJS.ErrnoException = await directoryLogs(directory)
    .list()
    .then(
      () => assert.unreachable(),
      (reason) => reason,
    );
  assert.is(error.code, 'ENOENT');
});

/** Moves `latest` from the first run to the second. */
function withLatest(): { logs: string; move: () => void; at: (path: string) => string } {
  const root = temporaryDirectory();
  const at = (path: string) => join(root, path);
  put(root, 'logs/run_1/events.out.tfevents.1', scalars[0]!);
  put(root, 'elsewhere/a/events.out.tfevents.1', scalars[0]!);
  put(root, 'elsewhere/b/events.out.tfevents.2', scalars[1]!);
  symlinkSync('run_1', at('logs/latest'));
  return {
    logs: at('logs'),
    at,
    move() {
      put(root, 'logs/run_2/events.out.tfevents.2', scalars[1]!);
      rmSync(at('logs/latest'));
      symlinkSync('run_2', at('logs/latest'));
    },
  };
}

test('RunReader lists a run under its own name, and not under that of a link that moves', async () => {
  for (const outside of [true, false]) {
    const { logs, move } = withLatest();
    const warnings: FileWarning[] = [];
    const reader = new RunReader(directoryLogs(logs, { outside }), { onWarning: (warning) => warnings.push(warning) });
    assert.equal(await look(reader), ['run_1 version', `run_1 ${first}`]);
    move();
    assert.equal(await look(reader), ['run_2 version', 'run_2 0']);
    assert.equal([await look(reader), warnings], [[], []]);
  }
});

test('RunReader restarts a run whose link was moved to another directory, and warns', async () => {
  const { logs, at } = withLatest();
  rmSync(at('logs/latest'));
  rmSync(at('logs/run_1'), { recursive: true });
  symlinkSync(at('elsewhere/a'), at('logs/current'));
  const { reader, warnings } = open(logs);
  assert.equal(await look(reader), ['current version', `current ${first}`]);
  rmSync(at('logs/current'));
  symlinkSync(at('elsewhere/b'), at('logs/current'));
  // This loop ends before the `start` of the replaced run; the next poll gives that.
  put(logs, 'a/events.out.tfevents.1');
  for await (const { run } of reader.poll()) {
    assert.is(run, 'a');
    break;
  }
  assert.equal(await look(reader), ['current start', 'current version', 'current 0']);
  assert.equal(
    warnings.map(({ path, reason }) => [path, reason]),
    [['current/events.out.tfevents.2', 'another directory has taken its place; the run current is read anew']],
  );
  // A directory replaces the link.
  rmSync(at('logs/current'));
  put(logs, 'current/events.out.tfevents.2', scalars[0]!);
  assert.equal(await look(reader), ['current start', 'current version', `current ${first}`]);
  assert.equal(await look(reader), []);
});

test('RunReader restarts all runs after a link in the path of the log directory was moved', async () => {
  const { at } = withLatest();
  for (const outside of [true, false]) {
    const link = at(`link_${outside}`);
    symlinkSync(at('elsewhere'), link);
    const warnings: FileWarning[] = [];
    const reader = new RunReader(directoryLogs(join(link, 'a'), { outside }), {
      onWarning: (one) => warnings.push(one),
    });
    assert.equal(await look(reader), ['. version', `. ${first}`]);
    rmSync(link);
    put(at('moved'), 'a/events.out.tfevents.2', scalars[1]!);
    symlinkSync(at('moved'), link);
    assert.equal(await look(reader), ['. start', '. version', '. 0']);
    assert.is(warnings.length, 1);
  }
});

test('RunReader restarts a run after a link to a file was moved to another one', async () => {
  const { logs, at } = withLatest();
  const link = at('logs/run_1/latest.tfevents');
  put(at('elsewhere'), 'a.tfevents', scalars[0]!);
  put(at('elsewhere'), 'b.tfevents', scalars[1]!, scalars[1]!);
  symlinkSync(at('elsewhere/a.tfevents'), link);
  const { reader, warnings } = open(logs);
  assert.is((await look(reader)).length, 4);
  rmSync(link);
  symlinkSync(at('elsewhere/b.tfevents'), link);
  assert.equal(await look(reader), [
    'run_1 start',
    'run_1 version',
    `run_1 ${first}`,
    'run_1 version',
    'run_1 0',
    'run_1 0',
  ]);
  assert.is(warnings.length, 1);
});

test('directoryLogs() ends with links that lead to each other', async () => {
  const directory = temporaryDirectory();
  const names = Array.from({ length: 12 }, (_, i) => `d${i}`);
  for (const name of names) put(directory, `outside/${name}/events.out.tfevents.1`);
  for (const name of names)
    for (const other of names) symlinkSync(`../${other}`, join(directory, 'outside', name, `to-${other}`));
  mkdirSync(join(directory, 'logs'));
  symlinkSync('../outside/d3', join(directory, 'logs/entry'));
  const files = await directoryLogs(join(directory, 'logs')).list();
  assert.is(files.length, names.length);
  assert.is(new Set(files.map(({ path }) => path)).size, names.length);
});

test('memoryLogs() follows a writer in memory', async () => {
  const sink = new MemorySink();
  const writer = new SummaryWriter('run', { sink });
  const reader = new RunReader(memoryLogs(sink));
  assert.equal(await look(reader), ['run version']);
  writer.addScalars('loss', { train: 0.5 }, 0);
  await writer.flush();
  assert.equal(await look(reader), ['run/loss_train version', 'run/loss_train 0.5']);
});

test('fileLogs() reads chosen files, and handleLogs() a directory handle of a browser', async () => {
  const bytes = Buffer.concat([header, scalars[1]!]);
  const named = new File([bytes], 'events.out.tfevents.1');
  const inFolder = Object.defineProperty(new File([bytes], 'events.out.tfevents.2'), 'webkitRelativePath', {
    value: 'runs/a/events.out.tfevents.2',
  });
  const other = new File([bytes], 'notes.txt');
  assert.equal(await look(new RunReader(fileLogs([named, inFolder, other]))), [
    '. version',
    '. 0',
    'runs/a version',
    'runs/a 0',
  ]);

  const file = { kind: 'file', name: named.name, getFile: async () => named };
  const handle = (name: string, entries: object[]) => ({
    kind: 'directory',
    name,
    async *values() {
      yield* entries;
    },
  });
  const root = handle('', [file, handle('a', [file, { kind: 'file', name: 'x.txt' }])]);
  const found = await look(new RunReader(handleLogs(root as unknown as FileSystemDirectoryHandle)));
  assert.equal(found, ['a version', 'a 0', '. version', '. 0']);
});

test('readEvents() reads bytes, Blobs and streams, and warns of a record that is cut off', async () => {
  const bytes = Buffer.concat([header, ...scalars]);
  const sources = {
    bytes,
    blob: new Blob([bytes]),
    stream: new Blob([bytes]).stream(),
    iterable: [bytes.subarray(0, 10), bytes.subarray(10)],
  };
  for (const [name, source] of Object.entries(sources)) {
    let count = 0;
    for await (const _ of readEvents(source as never)) count++;
    assert.is(count, scalars.length + 1, name);
  }
  const warnings: string[] = [];
  for await (const _ of readEvents(bytes.subarray(0, -1), ({ reason }) => warnings.push(reason)));
  assert.equal(warnings, ['the last record is cut off']);
  for (const wrong of [3, null, {}]) {
    const error: Error = await readEvents(wrong as never)
      .next()
      .then(
        () => assert.unreachable(),
        (reason) => reason,
      );
    assert.match(error.message, /^readEvents\(\): the source must be bytes, a Blob or a stream of bytes, got/);
  }
});

test.run();
