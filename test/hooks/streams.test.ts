// Streams belong to the caller: an observer cannot read them, but can see the chunks that the caller reads.
import { Readable, Writable } from 'node:stream';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  attach,
  type ChunkEvent,
  chunks,
  type ForwardEvent,
  Identity,
  listHooks,
  Module,
  rand,
  select,
  setReporter,
  statistics,
  Tensor,
  type TensorReader,
  tensorReader,
} from '../../src/index.ts';
import { logActivations, MemorySink, SummaryWriter } from '../../src/tensorboard/index.ts';

const WORDS = ['a', 'b', 'c'];

/** The reports during `run`. */
async function reportsOf(run: () => unknown): Promise<string[]> {
  const reports: string[] = [];
  setReporter((error) => void reports.push(error.message));
  try {
    await run();
  } finally {
    setReporter();
  }
  return reports;
}

function readable(words: readonly unknown[] = WORDS): ReadableStream {
  const left = [...words];
  // Never pulled ahead, so that tests see each pull.
  return new ReadableStream(
    {
      pull(controller) {
        if (left.length === 0) controller.close();
        else controller.enqueue(left.shift());
      },
    },
    { highWaterMark: 0 },
  );
}

function bytes(): ReadableStream<Uint8Array> {
  const left = [1, 2, 3];
  return new ReadableStream({
    type: 'bytes',
    pull(controller) {
      const next = left.shift();
      if (next === undefined) controller.close();
      else controller.enqueue(new Uint8Array([next]));
    },
  });
}

async function* later(words: readonly unknown[] = WORDS): AsyncGenerator<unknown, string> {
  for (const word of words) {
    await null;
    yield word;
  }
  return 'returned';
}

function* now(words: readonly unknown[] = WORDS): Generator<unknown, string> {
  for (const word of words) yield word;
  return 'returned';
}

/** An async iterable that is not an iterator. */
class Words {
  finalText(): string {
    return 'reads everything';
  }
  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    yield* WORDS;
  }
}

/** An async iterator without `return`. */
function withoutReturn(): AsyncIterableIterator<string> {
  const left = [...WORDS];
  return {
    async next() {
      const value = left.shift();
      return value === undefined ? { done: true, value: undefined } : { done: false, value };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

async function readAll(stream: AsyncIterable<unknown> | Iterable<unknown>): Promise<unknown[]> {
  const got: unknown[] = [];
  for await (const one of stream) got.push(one);
  return got;
}

async function readByReader(stream: ReadableStream): Promise<unknown[]> {
  const reader = stream.getReader();
  const got: unknown[] = [];
  for (let part = await reader.read(); !part.done; part = await reader.read()) got.push(part.value);
  reader.releaseLock();
  return got;
}

const toArray = (got: unknown[]) => new WritableStream({ write: (chunk) => void got.push(chunk) });

async function readByPipe(stream: ReadableStream): Promise<unknown[]> {
  const got: unknown[] = [];
  await stream.pipeTo(toArray(got));
  return got;
}

const upper = () => new TransformStream({ transform: (chunk, to) => to.enqueue(chunk) });

const READABLE_WAYS: [string, (stream: ReadableStream) => Promise<unknown[]>][] = [
  ['getReader()', readByReader],
  ['for await', readAll as never],
  ['values()', (stream) => readAll((stream as unknown as { values(): AsyncIterable<unknown> }).values())],
  ['pipeTo()', readByPipe],
  ['pipeThrough()', (stream) => readAll(stream.pipeThrough(upper()) as never)],
  [
    'tee()',
    async (stream) => {
      const [one, other] = stream.tee();
      const [got, same] = [await readByReader(one), await readByReader(other)];
      assert.equal(got, same);
      return got;
    },
  ],
  ['Readable.fromWeb()', (stream) => readAll(Readable.fromWeb(stream as never, { objectMode: true }))],
];

const KINDS: [name: string, make: () => object, read: (stream: never) => Promise<unknown[]>, chunks: unknown[]][] = [
  ['a generator', now, readAll, WORDS],
  ['an iterator of an array', () => WORDS.values(), readAll, WORDS],
  ['an iterator of a Map', () => new Map([[1, 2]]).entries(), readAll, [[1, 2]]],
  ['an asynchronous generator', later, readAll, WORDS],
  ['an async iterator without return', withoutReturn, readAll, WORDS],
  ['an async iterable', () => new Words(), readAll, WORDS],
  ['a Node stream', () => Readable.from(WORDS), readAll, WORDS],
  [
    'a Node stream, by its data events',
    () => Readable.from(WORDS),
    (stream: Readable) =>
      new Promise((resolve) => {
        const got: unknown[] = [];
        stream.on('data', (chunk) => got.push(chunk)).on('end', () => resolve(got));
      }),
    WORDS,
  ],
  [
    'a Node stream, by read() when readable',
    () => Readable.from(WORDS),
    (stream: Readable) =>
      new Promise((resolve) => {
        const got: unknown[] = [];
        stream.on('end', () => resolve(got));
        stream.on('readable', () => {
          for (let chunk = stream.read(); chunk !== null; chunk = stream.read()) got.push(chunk);
        });
      }),
    WORDS,
  ],
  [
    'a Node stream, piped',
    () => Readable.from(WORDS),
    (stream: Readable) =>
      new Promise((resolve) => {
        const got: unknown[] = [];
        const write = (chunk: unknown, _: unknown, done: () => void) => {
          got.push(chunk);
          done();
        };
        stream.pipe(new Writable({ objectMode: true, write })).on('finish', () => resolve(got));
      }),
    WORDS,
  ],
  ...READABLE_WAYS.map(([way, read]): (typeof KINDS)[number] => [`a ReadableStream, by ${way}`, readable, read, WORDS]),
  [
    'a byte stream, by for await',
    bytes,
    async (stream) => (await readAll(stream)).map((chunk) => (chunk as Uint8Array)[0]),
    [1, 2, 3],
  ],
];

/** The descriptors of the own methods. Node streams change their other properties themselves. */
const methodsOf = (stream: object) =>
  new Map(
    Object.entries(Object.getOwnPropertyDescriptors(stream)).filter(([, { value }]) => typeof value === 'function'),
  );

/** The names of the own methods that have changed. */
function changed(stream: object, before: ReadonlyMap<string, PropertyDescriptor>): string[] {
  const after = methodsOf(stream);
  const parts = (of: PropertyDescriptor | undefined) => [of?.value, of?.writable, of?.enumerable, of?.configurable];
  return [...new Set([...before.keys(), ...after.keys()])].filter((key) => {
    const [one, other] = [parts(before.get(key)), parts(after.get(key))];
    return one.some((part, i) => part !== other[i]);
  });
}

for (const [name, make, read, expected] of KINDS) {
  test(`${name}: an observer gets a stand-in, hooks get the stream, and the caller gets every chunk`, async () => {
    const stream = make();
    const before = methodsOf(stream);
    const model = { generate: () => stream };
    const method = attach(model, 'generate');
    const seen: unknown[] = [];
    method.registerForwardHook((_module, _inputs, output) => {
      seen.push(output);
    });
    const reports = await reportsOf(async () => {
      method.observe(({ output }) => {
        seen.push(output);
        for (const key of ['next', 'getReader', 'read', Symbol.asyncIterator, Symbol.iterator] as const) {
          if (typeof (stream as Record<PropertyKey, unknown>)[key] !== 'function') continue;
          assert.throws(
            () => (output as unknown as Record<PropertyKey, () => unknown>)[key]!(),
            /observe\(chunks\(fn\)\)/,
          );
        }
      });
      method.observe(async ({ output }) => {
        for await (const _ of output as AsyncIterable<unknown>);
      });
      const got = await read(model.generate() as never);
      assert.equal(got, expected);
    });
    assert.is(seen[0], stream);
    assert.is.not(seen[1], stream);
    assert.is(String(seen[1]), 'a stream');
    assert.is(reports.length, 1, reports.join());
    assert.match(reports[0]!, /the output is a stream, which belongs to the caller/);
    assert.equal(changed(stream, before), []);
  });

  test(`${name}: with chunks, an event for each chunk that the caller reads and one at the end; the stream is restored`, async () => {
    const stream = make();
    const before = methodsOf(stream);
    const model = { generate: (_prompt: string) => stream };
    const method = attach(model, 'generate');
    const events: ChunkEvent[] = [];
    const handle = method.observe(chunks((event) => void events.push(event as never)));
    const reports = await reportsOf(async () => {
      const output = model.generate('prompt');
      assert.is(output, stream);
      assert.equal(await read(output as never), expected);
    });
    assert.equal(reports, []);
    const value = (chunk: unknown) => (chunk instanceof Uint8Array ? chunk[0] : chunk);
    assert.equal(
      events.map(({ stream: what, chunk }) => [what, value(chunk)]),
      [...expected.map((chunk) => ['chunk', chunk]), ['end', undefined]],
    );
    for (const { module, path, inputs, output, call } of events) {
      assert.is(module, method as never);
      assert.is(path, '');
      assert.equal(inputs, ['prompt']);
      assert.is(output, events[0]!.output);
      assert.is(String(output), 'a stream');
      assert.is(call, 0);
    }
    assert.equal(changed(stream, before), []);
    handle.remove();
  });

  test(`${name}: removing the observer halfway restores the stream, and the caller reads on`, async () => {
    const stream = make();
    const before = methodsOf(stream);
    const model = { generate: () => stream };
    const events: unknown[] = [];
    const handle = attach(model, 'generate').observe(chunks((event) => void events.push(event)));
    const output = model.generate();
    assert.ok(Object.getOwnPropertySymbols(stream).length + changed(stream, before).length > 0);
    handle.remove();
    assert.equal(changed(stream, before), []);
    assert.equal(await read(output as never), expected);
    assert.equal(events, []);
  });
}

test('arrays, Maps, Sets, typed arrays, tensors and near misses are not streams', () => {
  const outputs = [
    [1, 2],
    new Map(),
    new Set(),
    new Float32Array(2),
    rand(2),
    'text',
    null,
    undefined,
    () => 1,
    { next: 1 },
    { next: () => 1 },
    { next: () => 1, [Symbol.iterator]: () => [][Symbol.iterator]() },
    new Proxy(
      {},
      {
        get(_target, key) {
          if (key !== 'then') throw new Error('not readable');
        },
      },
    ),
  ];
  const seen: unknown[] = [];
  let next: unknown;
  const model = { run: () => next };
  const handle = attach(model, 'run').observe(chunks(({ output }) => void seen.push(output)));
  for (next of outputs) model.run();
  handle.remove();
  assert.is(seen.length, outputs.length);
  for (const [i, output] of outputs.entries()) assert.is(seen[i], output, `${i}`);
});

test('a stream among the inputs of a call that returns a stream is a stand-in; a callable can be a stream', async () => {
  const model = {
    async *shout(words: AsyncIterable<unknown>): AsyncGenerator<string> {
      for await (const word of words) yield `${word}!`;
    },
    callable: () => Object.assign(() => 1, { [Symbol.asyncIterator]: () => later() }),
  };
  const seen: unknown[] = [];
  const input = later(['a']);
  attach(model, 'shout').observe(({ inputs }) => void seen.push(...inputs));
  assert.equal(await readAll(model.shout(input)), ['a!']);
  assert.is.not(seen[0], input);
  assert.throws(() => (seen[0] as AsyncGenerator).next(), /which belongs to the caller/);
  attach(model, 'callable').observe(({ output }) => void seen.push(output));
  const output = model.callable();
  assert.is(String(seen[1]), 'a stream');
  assert.equal(await readAll(output), WORDS);
});

test('a module may return a stream after any other kind of output', () => {
  const nameless = Object.setPrototypeOf(withoutReturn(), null);
  const outputs = [
    {},
    withoutReturn(),
    () => 1,
    Object.assign(() => 1, withoutReturn()),
    [1],
    withoutReturn(),
    Object.create(null),
    nameless,
  ];
  const model = { run: () => outputs.shift() };
  const seen: string[] = [];
  attach(model, 'run').observe(({ output }) => void seen.push(String(output) === 'a stream' ? 'stream' : 'value'));
  Object.assign(outputs[6] as object, { toString: () => 'none' });
  while (outputs.length > 0) model.run();
  assert.equal(seen, ['value', 'stream', 'value', 'stream', 'value', 'stream', 'value', 'stream']);
});

test('own methods can make an instance a stream, even if the reader fails', () => {
  class Answer {
    readonly text = 'all of it';
  }
  const outputs = [new Answer(), Object.assign(new Answer(), withoutReturn()), new Answer()];
  const model = { run: (i: number) => outputs[i] };
  const seen: string[] = [];
  const see = ({ output }: { output: unknown }) => void seen.push(String(output) === 'a stream' ? 'stream' : 'value');
  attach(model, 'run').observe(see);
  for (const i of [0, 1, 2, 1]) model.run(i);
  assert.equal(seen.splice(0), ['value', 'stream', 'value', 'stream']);
  const fails = () => {
    throw new Error('no reader');
  };
  const reader = { is: fails, shape: fails, values: fails, keep: fails } as never;
  const other = { run: (i: number) => outputs[i] };
  attach(other, 'run', { reader }).observe(see);
  for (const i of [0, 1]) other.run(i);
  assert.equal(seen, ['value', 'stream']);
});

test('a value that the reader recognizes as a tensor is not a stream, whatever its methods', () => {
  class Rows extends Tensor {
    next(): void {}
    *[Symbol.asyncIterator](): Generator<number> {}
  }
  const model = { run: () => new Rows(new Float32Array(1), [1]) };
  const seen: unknown[] = [];
  attach(model, 'run', { reader: tensorReader }).observe(chunks(({ output }) => void seen.push(output)));
  const output = model.run();
  assert.is(seen[0], output);
});

test('a stand-in has every method of the stream, own ones too; they throw and run nothing', () => {
  let ran = 0;
  const stream = Object.assign(new Words(), {
    abort: () => ran++,
    get lazy() {
      return ran++;
    },
  });
  const model = { run: () => stream };
  let output: Record<string, () => unknown> = {};
  attach(model, 'run').observe((event) => {
    output = event.output as never;
  });
  ran = 0;
  model.run();
  for (const name of ['finalText', 'abort']) assert.throws(() => output[name]!(), /which belongs to the caller/);
  assert.is(ran, 0);
  assert.is(JSON.stringify({ output }), '{"output":{}}');
});

test('nothing is read ahead: the source runs only when the caller reads', async () => {
  const asked: string[] = [];
  async function* source(): AsyncGenerator<number> {
    for (let i = 0; i < 3; i++) {
      asked.push(`asked ${i}`);
      yield i;
    }
  }
  const model = { run: source };
  attach(model, 'run').observe(chunks(({ chunk, stream }) => void asked.push(`${stream} ${chunk}`)));
  const stream = model.run();
  assert.equal(asked, []);
  await stream.next();
  assert.equal(asked, ['asked 0', 'chunk 0']);
  await stream.next();
  assert.equal(asked.slice(2), ['asked 1', 'chunk 1']);
});

test('a pipe reads no further ahead than without an observer', async () => {
  const pulledWith = async (observed: boolean) => {
    let pulled = 0;
    const source = new ReadableStream({ pull: (to) => to.enqueue(pulled++) }, { highWaterMark: 0 });
    const model = { run: () => source };
    const handle = observed ? attach(model, 'run').observe(chunks(() => {})) : undefined;
    let written = 0;
    const stopped = new AbortController();
    const full = new WritableStream(
      {
        write: () =>
          ++written === 2
            ? new Promise<void>((resolve) => stopped.signal.addEventListener('abort', () => resolve()))
            : undefined,
      },
      { highWaterMark: 2 },
    );
    const piped = model.run().pipeTo(full, { signal: stopped.signal });
    for (let i = 0; i < 50; i++) await null;
    const found = pulled;
    stopped.abort();
    await piped.catch(() => {});
    handle?.remove();
    return found;
  };
  assert.is(await pulledWith(true), await pulledWith(false));
});

test('an event comes before the caller gets the chunk, and the observer cannot change it', async () => {
  const order: string[] = [];
  const model = { run: () => later() };
  attach(model, 'run').observe(
    chunks(({ chunk }) => {
      order.push(`observer ${chunk}`);
      return 'another';
    }),
  );
  for await (const chunk of model.run()) order.push(`caller ${chunk}`);
  assert.equal(order, [
    'observer a',
    'caller a',
    'observer b',
    'caller b',
    'observer c',
    'caller c',
    'observer undefined',
  ]);
});

test('the reason of the last event: the return value, the error, or the reason of cancelling', async () => {
  const last = async (make: () => object, read: (stream: never) => unknown) => {
    const stream = make();
    const before = methodsOf(stream);
    const model = { run: () => stream };
    const events: ChunkEvent[] = [];
    const handle = attach(model, 'run').observe(chunks((event) => void events.push(event as never)));
    await read(model.run() as never);
    // A Node stream closes in a later tick.
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(changed(stream, before), []);
    handle.remove();
    return events.map(({ stream: what, chunk, reason }) => (what === 'chunk' ? chunk : [what, reason]));
  };
  const failing = new Error('the network is gone');
  async function* fails(): AsyncGenerator<string> {
    yield 'a';
    throw failing;
  }
  function* failsNow(): Generator<string> {
    yield 'a';
    throw failing;
  }
  const failingReadable = () => {
    let pulls = 0;
    return new ReadableStream(
      {
        pull(to) {
          if (pulls++ === 0) to.enqueue('a');
          else to.error(failing);
        },
      },
      { highWaterMark: 0 },
    );
  };
  const caught = async (reading: Promise<unknown>) => {
    try {
      await reading;
    } catch (error) {
      return assert.is(error, failing);
    }
    assert.unreachable();
  };
  const first = async (stream: AsyncIterable<unknown>) => {
    for await (const _ of stream) break;
  };

  assert.equal(await last(now, readAll), ['a', 'b', 'c', ['end', 'returned']]);
  assert.equal(await last(later, readAll), ['a', 'b', 'c', ['end', 'returned']]);
  assert.equal(await last(fails, (stream) => caught(readAll(stream))), ['a', ['error', failing]]);
  assert.equal(await last(failsNow, (stream) => caught(readAll(stream))), ['a', ['error', failing]]);
  for (const [way, read] of READABLE_WAYS) {
    assert.equal(await last(failingReadable, (stream) => caught(read(stream))), ['a', ['error', failing]], way);
  }
  assert.equal(
    await last(
      () => Readable.from(fails()),
      (stream) => caught(readAll(stream)),
    ),
    ['a', ['error', failing]],
  );

  assert.equal(await last(now, first), ['a', ['cancel', undefined]]);
  assert.equal(await last(later, first), ['a', ['cancel', undefined]]);
  assert.equal(await last(readable, first), ['a', ['cancel', undefined]]);
  const [chunk, [what]] = (await last(() => Readable.from(later()), first)) as [unknown, [unknown]];
  assert.equal([chunk, what], ['a', 'cancel']);
  assert.equal(await last(later, (stream: AsyncGenerator) => stream.return('enough')), [['cancel', 'enough']]);
  assert.equal(await last(readable, (stream: ReadableStream) => stream.cancel('enough')), [['cancel', 'enough']]);
  assert.equal(
    await last(readable, async (stream: ReadableStream) => {
      const reader = stream.getReader();
      await reader.read();
      await reader.cancel('enough');
    }),
    ['a', ['cancel', 'enough']],
  );
  assert.equal(
    await last(readable, (stream: ReadableStream) => {
      const to = new WritableStream({
        write() {
          throw failing;
        },
      });
      return caught(stream.pipeTo(to));
    }),
    ['a', ['cancel', failing]],
  );
  assert.equal(await last(later, (stream: AsyncGenerator) => caught(stream.throw(failing))), [['error', failing]]);
  // A generator that catches the error goes on.
  function* catches(): Generator<string> {
    try {
      yield 'a';
    } catch {
      yield 'caught';
    }
  }
  assert.equal(
    await last(catches, (stream: Generator) => {
      stream.next();
      stream.throw(failing);
      stream.next();
    }),
    ['a', 'caught', ['end', undefined]],
  );
});

test('chunks read after preventCancel or releaseLock() are seen; a failed call is not an event', async () => {
  const model = { run: () => readable() };
  const events: unknown[] = [];
  attach(model, 'run').observe(chunks(({ stream, chunk }) => void events.push(stream === 'chunk' ? chunk : stream)));
  const stream = model.run();
  for await (const _ of (stream as unknown as { values(o: object): AsyncIterable<unknown> }).values({
    preventCancel: true,
  }))
    break;
  assert.equal(events, ['a']);
  const reader = stream.getReader();
  await stream.cancel().catch((error) => assert.instance(error, TypeError));
  await reader.read();
  reader.releaseLock();
  await reader.read().catch((error) => assert.instance(error, TypeError));
  assert.equal(events, ['a', 'b']);
  // Invalid pipes fail as without an observer.
  const taken = new WritableStream();
  taken.getWriter();
  await stream.pipeTo(taken).then(
    () => assert.unreachable(),
    (error) => assert.instance(error, TypeError),
  );
  assert.throws(() => stream.pipeThrough({ readable: readable(), writable: taken }), TypeError);
  assert.throws(() => stream.pipeThrough({} as never), TypeError);
  assert.equal(await readByPipe(stream), ['c']);
  assert.is(stream.locked, false);
  assert.equal(events, ['a', 'b', 'c', 'end']);
});

test('tee(): a chunk is one event, when the faster branch reads it; cancel comes when both branches are cancelled', async () => {
  const model = { run: () => readable() };
  const events: unknown[] = [];
  attach(model, 'run').observe(chunks(({ stream, chunk }) => void events.push(stream === 'chunk' ? chunk : stream)));
  const [fast, slow] = model.run().tee();
  const [one, other] = [fast!.getReader(), slow!.getReader()];
  await one.read();
  await one.read();
  await other.read();
  assert.equal(events, ['a', 'b']);
  const cancelled = one.cancel('enough');
  assert.equal(events, ['a', 'b']);
  await other.read();
  assert.is((await other.read()).value, 'c');
  assert.equal(events, ['a', 'b', 'c']);
  await Promise.all([cancelled, other.cancel('enough')]);
  assert.equal(events, ['a', 'b', 'c', 'cancel']);
});

test('a byte stream can be read into buffers of the caller', async () => {
  const model = { run: bytes };
  const events: unknown[] = [];
  attach(model, 'run').observe(
    chunks(({ stream, chunk }) => void events.push(stream, (chunk as Uint8Array | undefined)?.[0])),
  );
  const reader = model.run().getReader({ mode: 'byob' });
  await reader.read('no view' as never).catch((error) => assert.instance(error, TypeError));
  assert.is((await reader.read(new Uint8Array(4))).value![0], 1);
  assert.is((await reader.read(new Uint8Array(4))).value![0], 2);
  await reader.cancel();
  assert.equal(events, ['chunk', 1, 'chunk', 2, 'cancel', undefined]);
});

test('concurrent reads of one iterator: each chunk is one event', async () => {
  const model = { run: () => later() };
  const events: unknown[] = [];
  attach(model, 'run').observe(chunks(({ stream, chunk }) => void events.push(stream === 'chunk' ? chunk : stream)));
  const stream = model.run();
  const results = await Promise.all([stream.next(), stream.next(), stream.next(), stream.next(), stream.next()]);
  assert.equal(
    results.map(({ value }) => value),
    ['a', 'b', 'c', 'returned', undefined],
  );
  assert.equal(events, ['a', 'b', 'c', 'end']);
});

test('a stream returned by two modules: every observer gets events with its own module and call', async () => {
  class Inner extends Module {
    override forward(): AsyncGenerator<unknown> {
      return later(['x']);
    }
  }
  class Outer extends Module {
    inner = new Inner();
    override forward(): AsyncGenerator<unknown> {
      return this.inner();
    }
  }
  const outer = new Outer();
  const events: unknown[] = [];
  const record = (who: string) => (event: ChunkEvent) =>
    void events.push(`${who} ${event.path || 'root'} ${event.call} ${event.stream}`);
  const all = select(outer, (_path, module) => module instanceof Module).observe(chunks(record('all')));
  const one = outer.inner.observe(chunks(record('one')));
  outer.inner();
  const stream = outer();
  await stream.next();
  one.remove();
  await stream.next();
  assert.equal(events, [
    'all inner 1 chunk',
    'one root 1 chunk',
    'all root 0 chunk',
    'all inner 1 end',
    'all root 0 end',
  ]);
  all.remove();
  assert.equal(listHooks(outer), []);
});

test('observe(chunks()) is an Observable of the same events', async () => {
  const model = { run: () => now(['x', 'y']) };
  const seen: unknown[] = [];
  const method = attach(model, 'run');
  const subscription = method.observe(chunks()).subscribe(({ stream, chunk }) => void seen.push(stream, chunk));
  assert.equal([...(model.run() as Iterable<unknown>)], ['x', 'y']);
  assert.equal(seen, ['chunk', 'x', 'chunk', 'y', 'end', undefined]);
  const stream = model.run();
  subscription.unsubscribe();
  assert.equal(Reflect.ownKeys(stream), []);
  assert.throws(() => chunks(5 as never), /^chunks\(\): the observer must be a function, got the number 5$/);
  assert.throws(() => chunks(undefined as never), /^chunks\(\): the observer must be a function, got undefined$/);
  assert.throws(
    () =>
      method.observe(
        chunks(() => {}),
        { reportr: 1 } as never,
      ),
    /unknown option "reportr"/,
  );
});

test('with chunks, an output that is not a stream is one event; asynchronous calls work too', async () => {
  const events: ChunkEvent[] = [];
  const identity = new Identity();
  identity.observe(chunks((event) => void events.push(event as never)));
  identity(7);
  assert.is(events[0]!.output, 7);
  assert.is(events[0]!.stream, undefined);
  const model = { run: async () => later(['x']) };
  attach(model, 'run').observe(chunks((event) => void events.push(event as never)));
  assert.equal(await readAll(await model.run()), ['x']);
  assert.equal(
    events.slice(1).map(({ stream }) => stream),
    ['chunk', 'end'],
  );
});

test('a chunk that is itself a stream is replaced by a stand-in', async () => {
  const inner = later(['x']);
  const model = { run: () => now([inner]) };
  const reports = await reportsOf(async () => {
    attach(model, 'run').observe(
      chunks(async ({ chunk }) => {
        if (chunk !== undefined) for await (const _ of chunk as AsyncIterable<unknown>);
      }),
    );
    const [got] = [...(model.run() as Iterable<AsyncIterable<unknown>>)];
    assert.is(got, inner);
    assert.equal(await readAll(got!), ['x']);
  });
  assert.is(reports.length, 1);
  assert.match(reports[0]!, /which belongs to the caller/);
});

test('an observer that throws on chunks is reported and removed after three in a row; the caller reads on', async () => {
  const model = { run: () => later(['a', 'b', 'c', 'd', 'e']) };
  const method = attach(model, 'run');
  const seen: unknown[] = [];
  const reports = await reportsOf(async () => {
    method.observe(
      chunks(function breaks({ chunk }) {
        seen.push(chunk);
        throw new Error(`no ${chunk}`);
      }),
    );
    const stream = model.run();
    assert.equal(await readAll(stream), ['a', 'b', 'c', 'd', 'e']);
    assert.equal(Reflect.ownKeys(stream), []);
  });
  assert.equal(seen, ['a', 'b', 'c']);
  assert.is(reports.length, 4);
  assert.match(reports[0]!, /the observer breaks of Object\.run failed: no a/);
  assert.match(reports[3]!, /was removed after 3 errors in a row/);
  assert.equal(listHooks(method), []);
});

test('a rejection that the caller does not handle stays unhandled', async () => {
  const failing = new Error('unhandled');
  const unhandled: unknown[] = [];
  const listener = (error: unknown) => void unhandled.push(error);
  process.on('unhandledRejection', listener);
  const model = {
    // biome-ignore lint/correctness/useYield: it throws first
    async *run(): AsyncGenerator<never> {
      throw failing;
    },
  };
  attach(model, 'run').observe(chunks(() => {}));
  void model.run().next();
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', listener);
  assert.equal(unhandled, [failing]);
});

test('a stream that cannot be intercepted is reported once, and the caller reads it as usual', async () => {
  let next: object;
  const model = { run: () => next };
  const method = attach(model, 'run');
  const cases: [string, () => object, (stream: never) => Promise<unknown[]>, RegExp][] = [
    ['frozen', () => Object.freeze(later()), readAll, /next cannot be intercepted: the object takes no new properties/],
    [
      'locked',
      () => {
        const stream = readable();
        const reader = stream.getReader();
        return Object.assign(stream, { held: reader });
      },
      async ({ held }: { held: ReadableStreamDefaultReader }) => [(await held.read()).value],
      /it is locked: someone reads it already/,
    ],
    [
      'an iterable with a frozen iterator',
      () => ({ [Symbol.asyncIterator]: () => Object.freeze(later()) }),
      readAll,
      /next cannot be intercepted: the object takes no new properties/,
    ],
    [
      'a pipe of another library',
      () => ({
        locked: false,
        getReader: () => {},
        async pipeTo(to: unknown[]) {
          to.push('piped');
        },
      }),
      async (stream: { pipeTo(to: unknown[]): Promise<void> }) => {
        const got: unknown[] = [];
        await stream.pipeTo(got);
        return got;
      },
      /a ReadableStream of another realm or library, whose pipes show no chunks/,
    ],
  ];
  for (const [name, make, read, why] of cases) {
    const events: unknown[] = [];
    const reports = await reportsOf(async () => {
      const handle = method.observe(
        chunks(function watcher(event) {
          events.push(event);
        }),
      );
      for (let i = 0; i < 2; i++) {
        next = make();
        const got = await read(model.run() as never);
        assert.ok(got.length > 0, name);
      }
      handle.remove();
    });
    assert.is(reports.length, 1, name);
    assert.match(reports[0]!, why, name);
    assert.match(reports[0]!, /^layertap: the observer watcher of Object\.run cannot see all chunks of a stream: /);
    assert.equal(events, [], name);
  }
});

test('a method that other code puts over an interceptor stays', async () => {
  const model = { run: () => later() };
  const handle = attach(model, 'run').observe(chunks(() => {}));
  const stream = model.run();
  const interceptor = stream.next;
  const wrapper = function wrapper(this: AsyncGenerator<unknown, string>) {
    return interceptor.call(this);
  };
  stream.next = wrapper as never;
  handle.remove();
  assert.is(stream.next, wrapper);
  assert.equal(await readAll(stream), WORDS);
});

test('a class whose iterator uses its own getReader() gives one event per chunk', async () => {
  // Without the members whose types differ between Node and the DOM.
  const Base = ReadableStream as unknown as new (source: object) => Pick<ReadableStream, 'getReader'>;
  class Tokens extends Base {
    async *[Symbol.asyncIterator](): AsyncGenerator<unknown> {
      const reader = this.getReader();
      try {
        for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
      } finally {
        reader.releaseLock();
      }
    }
  }
  class SelfIterating extends Base {
    #reader: ReadableStreamDefaultReader | undefined;
    async next(): Promise<unknown> {
      this.#reader ??= this.getReader();
      return this.#reader.read();
    }
    [Symbol.asyncIterator](): this {
      return this;
    }
  }
  const source = () => {
    const left = [...WORDS];
    return {
      pull: (to: ReadableStreamDefaultController) => (left.length === 0 ? to.close() : to.enqueue(left.shift())),
    };
  };
  for (const make of [() => new Tokens(source()), () => new SelfIterating(source())]) {
    const model = { run: make };
    const events: unknown[] = [];
    attach(model, 'run').observe(chunks(({ stream, chunk }) => void events.push(stream === 'chunk' ? chunk : stream)));
    assert.equal(await readAll(model.run() as never), WORDS);
    assert.equal(events, [...WORDS, 'end']);
  }
});

test('log(), statistics() and logActivations() report a stream and do not read it', async () => {
  const model = { generate: () => later() };
  const method = attach(model, 'generate', { reader: tensorReader });
  const lines: string[] = [];
  const rows: unknown[] = [];
  method.log({ print: (line) => void lines.push(line) });
  const events = method.observe();
  events.pipe(statistics()).subscribe((row) => void rows.push(row));
  const reports = await reportsOf(async () => {
    logActivations(
      new SummaryWriter('x', { sink: new MemorySink() }),
      select(method, () => true),
    );
    assert.equal(await readAll(model.generate()), WORDS);
  });
  assert.equal(lines, ['Object.generate #0: a stream']);
  assert.equal(rows, []);
  assert.is(reports.length, 2);
  for (const report of reports)
    assert.match(
      report,
      /the output of Object\.generate is passed over: it has no tensor that its module can read: a stream\./,
    );
});

test('a stream that is dropped unread is collected while its observer stays registered', async () => {
  const model = { run: () => later() };
  const handle = attach(model, 'run').observe(chunks((_event: ForwardEvent) => {}));
  let collected = 0;
  const registry = new FinalizationRegistry(() => collected++);
  for (let i = 0; i < 40; i++) registry.register(model.run(), i);
  for (let i = 0; i < 50 && collected < 40; i++) {
    (globalThis as unknown as { gc(): void }).gc();
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.ok(collected >= 39, `${collected} of 40`);
  handle.remove();
});

test('object literals may be tensors in one call and streams in the next', () => {
  const reader: TensorReader<{ data: number[] }> = {
    is: (value): value is { data: number[] } => typeof value === 'object' && value !== null && 'data' in value,
    shape: ({ data }) => [data.length],
    values: ({ data }) => data,
    keep: (one) => one,
  };
  const stream = { next: () => ({ done: true, value: undefined }), [Symbol.iterator]: () => stream };
  const model = { run: (streams: boolean): object => (streams ? stream : { data: [1] }) };
  const outputs: unknown[] = [];
  attach(model, 'run', { reader: reader as TensorReader }).observe(({ output }) => outputs.push(output));
  model.run(false);
  assert.is(model.run(true), stream);
  assert.equal(outputs[0], { data: [1] });
  assert.is(String(outputs[1]), 'a stream');
});

test.run();
