// A writer over each sink that is not a directory.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MemorySink, OpfsSink, StreamSink, SummaryWriter } from '../../../src/tensorboard/index.ts';
import { readEvents } from '../read-events.ts';

const bytesOf = async (blob: Blob) => new Uint8Array(await blob.arrayBuffer());
const tagsIn = (bytes: Uint8Array) => readEvents(bytes).map(({ tag, fileVersion }) => tag ?? fileVersion);

/** A stream that collects its chunks, and how it ended. */
function collector(): { stream: WritableStream<Uint8Array>; bytes(): Uint8Array; state: { closed: boolean } } {
  const parts: Uint8Array[] = [];
  const state = { closed: false };
  const stream = new WritableStream<Uint8Array>({
    write: (part) => void parts.push(part),
    close: () => {
      state.closed = true;
    },
  });
  return { stream, state, bytes: () => Buffer.concat(parts) };
}

test('MemorySink has a file for each run, as a Blob', async () => {
  const sink = new MemorySink();
  const writer = new SummaryWriter('logs', { sink, filenameSuffix: '.x' });
  writer.addScalar('a', 1);
  writer.addScalars('b', { c: 1 });
  await writer.flush();
  const files = [...sink.files()];
  assert.is(files.length, 2);
  assert.match(files[0]![0], /^logs\/events\.out\.tfevents\.\d{10}\..*\.\d+\.x$/);
  assert.match(files[1]![0], /^logs\/b_c\/events\.out\.tfevents\./);
  assert.equal(tagsIn(await bytesOf(files[0]![1])), ['brain.Event:2', 'a']);
  assert.equal(tagsIn(await bytesOf(files[1]![1])), ['brain.Event:2', 'b']);
});

test('MemorySink can be shared by writers', () => {
  const sink = new MemorySink();
  const real = Date.now;
  Date.now = () => 1.7e12;
  try {
    for (let i = 0; i < 3; i++) new SummaryWriter('logs', { sink });
  } finally {
    Date.now = real;
  }
  assert.is(sink.files().size, 3);
  assert.throws(() => sink.create([...sink.files().keys()][0]!), /exists already/);
});

test('a file that exists is not touched, and the next name is tried', async () => {
  const memory = new MemorySink();
  const tried: string[] = [];
  const sink = {
    create(path: string) {
      tried.push(path);
      if (tried.length < 3) throw Object.assign(new Error('taken'), { code: 'EEXIST' });
      return memory.create(path);
    },
  };
  new SummaryWriter('logs', { sink });
  const numbers = tried.map((path) => Number(path.split('.').at(-1)));
  assert.equal(numbers, [numbers[0]!, numbers[0]! + 1, numbers[0]! + 2]);
  assert.equal([...memory.files().keys()], [tried[2]!]);
});

test('StreamSink sends one file into a stream, and closes it', async () => {
  const { stream, bytes, state } = collector();
  const writer = new SummaryWriter('logs', { sink: new StreamSink(stream) });
  for (let i = 0; i < 50; i++) writer.addScalar('a', i);
  assert.throws(() => writer.addScalars('b', { c: 1 }), /StreamSink: the stream holds logs\/events/);
  await writer.flush();
  assert.is(tagsIn(bytes()).length, 51);
  writer.addScalar('last', 1);
  await writer.close();
  assert.is(tagsIn(bytes()).at(-1), 'last');
  assert.ok(state.closed);
});

test('StreamSink makes a stream for each file, given a function', async () => {
  const streams = new Map<string, ReturnType<typeof collector>>();
  const sink = new StreamSink((path) => {
    streams.set(path, collector());
    return streams.get(path)!.stream;
  });
  const writer = new SummaryWriter('logs', { sink });
  writer.addScalars('b', { c: 1, d: 2 }, 3);
  await writer.close();
  assert.equal(
    [...streams].map(([path, { bytes }]) => [path.split('/').slice(0, -1).join('/'), tagsIn(bytes())]),
    [
      ['logs', ['brain.Event:2']],
      ['logs/b_c', ['brain.Event:2', 'b']],
      ['logs/b_d', ['brain.Event:2', 'b']],
    ],
  );
});

test('StreamSink: a stream that fails loses no record silently', async () => {
  const stream = new WritableStream<Uint8Array>({
    write() {
      throw new Error('the connection is gone');
    },
  });
  const said: unknown[] = [];
  const original = console.error;
  console.error = (...words) => said.push(words);
  try {
    const writer = new SummaryWriter('logs', { sink: new StreamSink(stream) });
    writer.addScalar('a', 1);
    for (const end of [() => writer.flush(), () => writer.close()]) {
      const error: Error = await end().then(
        () => assert.unreachable(),
        (reason) => reason,
      );
      assert.is(error.message, 'the connection is gone; records kept in memory: 2');
    }
  } finally {
    console.error = original;
  }
  assert.is(said.length, 1);
});

test('StreamSink refuses what is neither a stream nor a function', () => {
  assert.throws(() => new StreamSink({} as never), /the target must be a WritableStream or a function, got an Object/);
  assert.throws(() => new StreamSink(undefined as never), /got undefined/);
});

/** A private file system as a worker has it. */
function privateFiles(inWorker: boolean) {
  const files = new Map<string, number[]>();
  let shortWrites = 0;
  const directory = (prefix: string): object => ({
    getDirectoryHandle: async (name: string) => directory(`${prefix}${name}/`),
    getFileHandle: async (name: string) => ({
      ...(inWorker && {
        createSyncAccessHandle: async () => {
          const bytes: number[] = [];
          files.set(prefix + name, bytes);
          return {
            write(part: Uint8Array, { at }: { at: number }) {
              const written = shortWrites++ % 2 === 0 ? part.subarray(0, 5) : part;
              bytes.splice(at, written.length, ...written);
              return written.length;
            },
            truncate: (size: number) => bytes.splice(size),
            flush() {},
            close() {},
          };
        },
      }),
    }),
  });
  return { files, root: directory('') as FileSystemDirectoryHandle };
}

test('OpfsSink appends to files in a worker', async () => {
  const { files, root } = privateFiles(true);
  const writer = new SummaryWriter('runs/today', { sink: new OpfsSink(root) });
  for (let i = 0; i < 30; i++) writer.addScalar('a', i);
  await writer.close();
  const [[path, bytes]] = [...files] as [[string, number[]]];
  assert.match(path, /^runs\/today\/events\.out\.tfevents\./);
  assert.is(tagsIn(Uint8Array.from(bytes)).length, 31);
});

test('OpfsSink says that it needs a worker', async () => {
  const original = console.error;
  console.error = () => {};
  try {
    const writer = new SummaryWriter('runs/today', { sink: new OpfsSink(privateFiles(false).root) });
    const error: Error = await writer.flush().then(
      () => assert.unreachable(),
      (reason) => reason,
    );
    assert.match(error.message, 'OpfsSink: files can be appended to in a worker only; create the writer there');
  } finally {
    console.error = original;
  }
});

test.run();
