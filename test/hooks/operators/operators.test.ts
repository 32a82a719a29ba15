// Marble tests of layertap's operators. Time is virtual: a character is a frame.
import { setImmediate } from 'node:timers/promises';
import { firstValueFrom, map, Subject, take, toArray } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  attach,
  type ForwardEvent,
  Identity,
  type QueueOptions,
  queue,
  setReporter,
  statistics,
  summarize,
  type TensorReader,
  tensor,
  tensorReader,
} from '../../../src/index.ts';

const scheduler = () => new TestScheduler((actual, expected) => assert.equal(actual, expected));

/** Runs queue() with a consumer that takes three frames per value, and returns the number of dropped values. */
function marbles(options: QueueOptions, source: string, subscription: string, expected: string): number {
  let dropped = 0;
  scheduler().run(({ hot, cold, expectObservable }) => {
    const slow = (value: string) => cold('---(v|)', { v: value });
    const result = hot(source).pipe(
      queue(
        {
          ...options,
          onDrop: (n) => {
            dropped = n;
          },
        },
        slow,
      ),
    );
    expectObservable(result, subscription).toBe(expected);
  });
  return dropped;
}

const MARBLES: [name: string, options: QueueOptions, source: string, expected: string, dropped: number][] = [
  ['nothing', { capacity: 2 }, '-----', '-----', 0],
  ['an empty source', { capacity: 2 }, '--|', '--|', 0],
  ['one at a time, in order', { capacity: 2 }, 'abc------|', '---a--b--(c|)', 0],
  ['drop-oldest', { capacity: 2 }, 'abcde-|', '---a--c--d--(e|)', 1],
  ['drop-oldest, several', { capacity: 1 }, 'abcde-|', '---a--d--(e|)', 2],
  ['drop-newest', { capacity: 2, policy: 'drop-newest' }, 'abcd--|', '---a--b--(c|)', 1],
  [
    'sample, the first of two replaced',
    { capacity: 2, policy: 'sample', random: () => 0 },
    'abcd--|',
    '---a--c--(d|)',
    1,
  ],
  [
    'sample, the new one left out',
    { capacity: 2, policy: 'sample', random: () => 0.99 },
    'abcd--|',
    '---a--b--(c|)',
    1,
  ],
  ['an error of the source is not queued', { capacity: 2 }, 'ab-#', '---#', 0],
];

for (const [name, options, source, expected, dropped] of MARBLES) {
  test(`queue(): ${name}`, () => assert.is(marbles(options, source, '^', expected), dropped));
}

test('queue(): unsubscribing ends the consumer and the source', () => {
  scheduler().run(({ hot, cold, expectObservable, expectSubscriptions }) => {
    const source = hot('  ab--c--');
    const work = cold('   ---(v|)', { v: 'x' });
    expectObservable(source.pipe(queue({ capacity: 2 }, () => work)), '^---!').toBe('---x');
    expectSubscriptions(source.subscriptions).toBe('^---!');
    expectSubscriptions(work.subscriptions).toBe(['^--!', '---^!']);
  });
});

test('queue(): unsubscribing discards the waiting values', () => {
  const source = new Subject<string>();
  const gate = new Subject<string>();
  const consumed: string[] = [];
  const consume = (value: string) => {
    consumed.push(value);
    return value === 'a' ? gate : [value];
  };
  const out: string[] = [];
  source.pipe(queue({ capacity: 5 }, consume), take(2)).subscribe((value) => out.push(value));
  for (const value of ['a', 'b', 'c', 'd']) source.next(value);
  gate.next('first');
  gate.complete();
  assert.equal(out, ['first', 'b']);
  assert.equal(consumed, ['a', 'b']);
});

test('queue(): each subscription waits and drops on its own', () => {
  const source = new Subject<string>();
  const counts: number[] = [];
  const queued = source.pipe(queue({ capacity: 1, onDrop: (n) => counts.push(n) }, () => new Subject()));
  const first = queued.subscribe();
  for (const value of 'abc') source.next(value);
  first.unsubscribe();
  queued.subscribe();
  for (const value of 'abcd') source.next(value);
  assert.equal(counts, [1, 1, 2]);
});

test('queue(): an error that the consumer throws or emits is an error of the Observable', () => {
  scheduler().run(({ hot, cold, expectObservable }) => {
    const fail = () => {
      throw 'thrown';
    };
    expectObservable(hot('-a-').pipe(queue({ capacity: 1 }, fail))).toBe('-#', {}, 'thrown');
    expectObservable(hot('-a-').pipe(queue({ capacity: 1 }, () => cold('-#')))).toBe('--#');
  });
});

test('queue(): an error of onDrop or random is an error of the Observable', () => {
  const fail = () => {
    throw 'thrown';
  };
  for (const options of [{ onDrop: fail }, { policy: 'sample', random: fail }] as const) {
    scheduler().run(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const source = hot('-abcd-');
      const result = source.pipe(queue({ capacity: 1, ...options }, () => cold('-----(v|)')));
      expectObservable(result).toBe('---#', {}, 'thrown');
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
  }
});

test('queue(): a synchronous consumer keeps up with any number of values without a deep stack', async () => {
  const source = new Subject<number>();
  const all = firstValueFrom(
    source.pipe(
      queue({ capacity: 1 }, (x) => [x]),
      toArray(),
    ),
  );
  for (let i = 0; i < 50_000; i++) source.next(i);
  source.complete();
  assert.is((await all).length, 50_000);
});

test('queue(): many values that waited for a promise are consumed at once without a deep stack', async () => {
  const source = new Subject<number>();
  const consume = (x: number) => (x === 0 ? Promise.resolve(x) : [x]);
  const all = firstValueFrom(source.pipe(queue({ capacity: 20_000 }, consume), toArray()));
  for (let i = 0; i < 20_000; i++) source.next(i);
  source.complete();
  assert.is((await all).length, 20_000);
});

test('queue(): promises are awaited one at a time', async () => {
  const source = new Subject<number>();
  let running = 0;
  let mostRunning = 0;
  const consume = async (x: number) => {
    mostRunning = Math.max(mostRunning, ++running);
    await undefined;
    running--;
    return x * 2;
  };
  const all = firstValueFrom(source.pipe(queue({ capacity: 10 }, consume), toArray()));
  for (const x of [1, 2, 3]) source.next(x);
  source.complete();
  assert.equal(await all, [2, 4, 6]);
  assert.is(mostRunning, 1);
});

test('queue(): the policy sample keeps each of a hundred values equally often', () => {
  const kept = new Array<number>(100).fill(0);
  for (let run = 0; run < 2000; run++) {
    const source = new Subject<number>();
    const gate = new Subject<never>();
    const out: number[] = [];
    let first = true;
    source
      .pipe(
        queue({ capacity: 10, policy: 'sample' }, (x: number) => {
          if (!first) return [x];
          first = false;
          return gate;
        }),
      )
      .subscribe((x) => out.push(x));
    for (let i = -1; i < 100; i++) source.next(i);
    gate.complete();
    for (const x of out) kept[x]!++;
    assert.equal(
      out,
      [...out].sort((a, b) => a - b),
    );
  }
  // Each is kept with probability 1/10: 200 times of 2000, standard deviation 13.4; six of them.
  for (const [i, times] of kept.entries()) assert.ok(Math.abs(times - 200) < 81, `${i} was kept ${times} times`);
});

test('queue(): events are an error, because they hold live tensors', () => {
  const module = new Identity();
  let error: unknown;
  module
    .observe()
    .pipe(queue({ capacity: 1 }, () => []))
    .subscribe({
      error: (e) => {
        error = e;
      },
    });
  module(tensor([1]));
  assert.instance(error, TypeError);
  assert.match((error as Error).message, /an event holds a live tensor/);
});

test('queue() refuses wrong options when it is called', () => {
  const consume = () => [];
  const bad =
    (options: unknown, fn: unknown = consume) =>
    () =>
      queue(options as QueueOptions, fn as typeof consume);
  assert.throws(bad({}), /"capacity" must be a whole number of at least 1, got undefined$/);
  assert.throws(bad({ capacity: 0 }), /got the number 0$/);
  assert.throws(bad({ capacity: 1.5 }), /got the number 1\.5$/);
  assert.throws(
    bad({ capacity: 1, policy: 'drop' }),
    /"policy" must be one of 'drop-oldest', 'drop-newest', 'sample', got the string "drop"$/,
  );
  assert.throws(bad({ capacity: 1, size: 2 }), /unknown option "size"/);
  assert.throws(bad({ capacity: 1 }, null), /consume must be a function, got null$/);
  assert.throws(bad({ capacity: 1, onDrop: 3 }), /"onDrop" must be a function, got the number 3$/);
});

test('statistics() turns events into numbers synchronously', () => {
  const module = new Identity();
  const event = (values: number[], call: number): ForwardEvent => ({
    module,
    path: 'a.b',
    inputs: [],
    output: tensor(values),
    call,
    receiver: module,
    reader: tensorReader,
  });
  scheduler().run(({ cold, expectObservable }) => {
    const source = cold('-a-b-|', { a: event([1, 2, 3], 0), b: event([0, NaN], 1) });
    const short = source.pipe(
      statistics(),
      map(({ path, call, shape, mean, zeros, nan }) => [path, call, shape, mean, zeros, nan]),
    );
    expectObservable(short).toBe('-a-b-|', { a: ['a.b', 0, [3], 2, 0, 0], b: ['a.b', 1, [2], 0, 1, 1] });
  });
});

test('statistics() of asynchronously read values keep the order of the events', async () => {
  const waiting: ((values: Float32Array) => void)[] = [];
  const reader: TensorReader<number> = {
    is: (value) => typeof value === 'number',
    shape: () => [1],
    values: () => new Promise((resolve) => waiting.push(resolve)),
    keep: (value) => value,
  };
  const device = { run: (x: number) => x };
  const seen: [number, number][] = [];
  const hookable = attach(device, 'run', { reader });
  const lines: string[] = [];
  hookable.log({ print: (line) => lines.push(line) });
  hookable
    .observe()
    .pipe(statistics())
    .subscribe(({ call, mean }) => seen.push([call, mean]));
  device.run(1);
  device.run(2);
  assert.is(waiting.length, 4);
  waiting[3]!(Float32Array.of(20));
  await setImmediate();
  assert.equal(seen, []);
  for (const resolve of waiting) resolve(Float32Array.of(10));
  await setImmediate();
  assert.equal(seen, [
    [0, 10],
    [1, 20],
  ]);
  assert.is(lines.length, 2);
});

test('statistics() uses summarize() of the reader if there is one', () => {
  const summary = { ...summarize([1, 2, 3]), mean: 42 };
  const reader: TensorReader<number> = {
    is: (value) => typeof value === 'number',
    shape: () => [],
    values: () => {
      throw new Error('must not be read');
    },
    keep: (value) => value,
    summarize: () => summary,
  };
  const device = { run: (x: number) => x };
  const seen: number[] = [];
  attach(device, 'run', { reader })
    .observe()
    .pipe(statistics())
    .subscribe(({ mean }) => seen.push(mean));
  device.run(1);
  assert.equal(seen, [42]);
});

test('statistics() skips outputs without a tensor, and reports that once', () => {
  const module = new Identity();
  const said: string[] = [];
  const means: number[] = [];
  setReporter((error) => said.push(error.message));
  try {
    module
      .observe()
      .pipe(statistics())
      .subscribe(({ mean }) => means.push(mean));
    for (const output of [null, tensor([1, 3]), undefined, 'text', 'text', tensor([5])]) module(output as never);
  } finally {
    setReporter();
  }
  assert.equal(means, [2, 5]);
  assert.is(said.length, 1);
  assert.match(
    said[0]!,
    'the output of Identity() is passed over: it has no tensor that its module can read: the string "text"',
  );
});

test('statistics() emits the statistics of each tensor of an output', () => {
  class Parts {
    logits = tensor([1, 3]);
    hidden = new Map<unknown, unknown>([['last', tensor([5])]]);
    attentions = null;
  }
  const module = new Identity();
  const seen: [string, number][] = [];
  module
    .observe()
    .pipe(statistics())
    .subscribe(({ part, mean }) => seen.push([part, mean]));
  module(new Parts() as never);
  module(tensor([7]));
  assert.equal(seen, [
    ['logits', 2],
    ['hidden/last', 5],
    ['', 7],
  ]);
});

test.run();
