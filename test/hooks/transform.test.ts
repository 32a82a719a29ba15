// Every operator of the table in docs/rxjs.md as a transform: its effect on three calls, and its reports.
import {
  asapScheduler,
  asyncScheduler,
  auditTime,
  bufferCount,
  catchError,
  combineLatestWith,
  concatMap,
  concatWith,
  debounceTime,
  delay,
  distinctUntilChanged,
  EMPTY,
  endWith,
  filter,
  finalize,
  ignoreElements,
  map,
  merge,
  mergeMap,
  mergeWith,
  NEVER,
  Observable,
  type OperatorFunction,
  observeOn,
  of,
  pairwise,
  queueScheduler,
  retry,
  Subject,
  Subscriber,
  sampleTime,
  scan,
  skip,
  startWith,
  switchMap,
  take,
  takeUntil,
  tap,
  throttleTime,
  throwError,
  timer,
  withLatestFrom,
} from 'rxjs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { attach, listHooks, Module, setReporter } from '../../src/index.ts';
import { FakeClock } from '../viewer/fake-clock.ts';

class Same extends Module {
  override forward(x: number): number {
    return x;
  }
}

type Operator = OperatorFunction<number, number>;

const twice = (x: number) => x * 2;
const throwsOnSecond = () => {
  let calls = 0;
  return map((x: number) => {
    if (++calls === 2) throw new Error('second');
    return x * 2;
  });
};

/** The outputs of calls with 1, 2 and 3 ('!Name' for an error of that name), the reports, and whether the transform stays. */
const ROWS: [name: string, operators: () => Operator[], outputs: unknown[], reports: string[], kept: boolean][] = [
  ['map', () => [map(twice)], [2, 4, 6], [], true],
  ['tap', () => [tap(() => {})], [1, 2, 3], [], true],
  ['scan', () => [scan((sum, x) => sum + x, 0)], [1, 3, 6], [], true],
  ['concatMap(of)', () => [concatMap((x) => of(x * 2))], [2, 4, 6], [], true],
  ['observeOn(queue)', () => [observeOn(queueScheduler), map(twice)], [2, 4, 6], [], true],
  ['filter(false)', () => [filter(() => false)], [1, 2, 3], [], true],
  ['switchMap(EMPTY)', () => [switchMap(() => EMPTY)], [1, 2, 3], [], true],
  [
    'map(async)',
    () => [map(async (x) => x) as never],
    ['!AsyncTransformError', '!AsyncTransformError', '!AsyncTransformError'],
    [],
    true,
  ],
  ['mergeMap(async)', () => [mergeMap(async (x) => x)], [1, 2, 3], ['LateEmissionError'], true],
  ['delay(0)', () => [delay(0)], [1, 2, 3], ['LateEmissionError'], true],
  ['observeOn(async)', () => [observeOn(asyncScheduler)], [1, 2, 3], ['LateEmissionError'], true],
  ['observeOn(asap)', () => [observeOn(asapScheduler)], [1, 2, 3], ['LateEmissionError'], true],
  ['debounceTime(0)', () => [debounceTime(0)], [1, 2, 3], ['LateEmissionError'], true],
  ['auditTime(0)', () => [auditTime(0)], [1, 2, 3], ['LateEmissionError'], true],
  ['sampleTime(1)', () => [sampleTime(1)], [1, 2, 3], ['LateEmissionError'], true],
  ['throttleTime(50)', () => [map(twice), throttleTime(50)], [2, 2, 3], [], true],
  ['distinctUntilChanged, the same value', () => [map(() => 7), distinctUntilChanged()], [7, 2, 3], [], true],
  ['take(1)', () => [map(twice), take(1)], [2, 2, 3], ['Error completed and was removed'], false],
  ['bufferCount(2)', () => [bufferCount(2) as never], [1, [1, 2], 3], [], true],
  ['pairwise', () => [pairwise() as never], [1, [1, 2], [2, 3]], [], true],
  ['skip(1)', () => [map(twice), skip(1)], [1, 4, 6], [], true],
  [
    'mergeMap([a, b])',
    () => [mergeMap((x) => [x, x])],
    ['!TooManyEmissionsError', '!TooManyEmissionsError', '!TooManyEmissionsError'],
    [],
    true,
  ],
  ['throws on the second', () => [throwsOnSecond()], [2, '!second', 6], [], true],
  [
    'catchError(of), throws on the second',
    () => [throwsOnSecond(), catchError(() => of(99))],
    [2, 99, 3],
    ['Error completed and was removed'],
    false,
  ],
  ['retry(), throws on the second', () => [throwsOnSecond(), retry()], [2, 2, 6], [], true],
  // Operators that complete, fail or fall silent between calls.
  [
    'delay(0) that throws',
    () => [delay(0), throwsOnSecond()],
    [1, 2, 3],
    ['LateEmissionError', 'LateEmissionError'],
    true,
  ],
  [
    'delay(0) of promises that reject',
    () => [delay(0), map(async () => Promise.reject(new Error('late'))) as never],
    [1, 2, 3],
    ['LateEmissionError'],
    true,
  ],
  ['takeUntil(timer)', () => [map(twice), takeUntil(timer(0))], [2, 4, 6], ['Error completed and was removed'], false],
  [
    'take(1), concatWith(NEVER)',
    () => [map(twice), take(1), concatWith(NEVER)],
    [2, 2, 3],
    ['Error does not listen any more'],
    true,
  ],
  ['() => NEVER', () => [() => NEVER], [1, 2, 3], ['Error does not listen any more'], true],
  ['take(0)', () => [take(0)], [1, 2, 3], ['Error completed and was removed'], false],
  [
    'retry({ delay }), throws on the second',
    () => [throwsOnSecond(), retry({ delay: 0 })],
    [2, 2, 3],
    ['Error does not listen any more'],
    true,
  ],
  [
    'delay(0) of a revoked proxy',
    () => [
      delay(0),
      map(() => {
        const { proxy, revoke } = Proxy.revocable({}, {});
        revoke();
        return proxy as never;
      }),
    ],
    [1, 2, 3],
    ['LateEmissionError'],
    true,
  ],
  [
    'mergeMap([promise, promise]), which reject',
    () => [mergeMap(() => [1, 2].map((x) => Promise.reject(new Error(`${x}`)))) as never],
    ['!TooManyEmissionsError', '!TooManyEmissionsError', '!TooManyEmissionsError'],
    [],
    true,
  ],
  [
    // A subscription during an emission gets the next output, as with a Subject.
    'mergeMap to the source itself',
    () => [(source) => source.pipe(mergeMap((x) => source.pipe(map((y) => x * 10 + y))))],
    [1, 12, '!TooManyEmissionsError'],
    [],
    true,
  ],
  [
    'withLatestFrom, combineLatestWith',
    () => [
      (source) => {
        const sums = source.pipe(
          withLatestFrom(of(10)),
          map(([x, y]) => x + y),
        );
        return sums.pipe(
          combineLatestWith(of(5)),
          map(([x, y]) => x * y),
        );
      },
    ],
    [55, 60, 65],
    [],
    true,
  ],
  [
    'finalize that throws',
    () => [
      map(twice),
      finalize(() => {
        throw new Error('in the end');
      }),
    ],
    [2, 4, 6],
    ['Error failed as it ended'],
    true,
  ],
];

function outcome(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    const { name, message } = error as Error;
    return `!${name === 'Error' ? message : name}`;
  }
}

/** The reports during `run` and in the 30 ms after it. RxJS gets its time from a clock. */
async function reportsOf(run: (clock: FakeClock) => unknown): Promise<string[]> {
  const reports: string[] = [];
  const clock = new FakeClock();
  const { setInterval, clearInterval } = globalThis;
  const { now } = Date;
  Object.assign(globalThis, {
    setInterval: (fn: () => void, millis: number) => clock.every(Math.max(1, millis), fn),
    clearInterval: (cancel: () => void) => cancel(),
  });
  Date.now = () => clock.now();
  setReporter(({ name, message }) =>
    reports.push(
      name === 'Error'
        ? `Error ${/completed and was removed|does not listen any more|failed as it ended/.exec(message)?.[0] ?? message}`
        : name,
    ),
  );
  try {
    await run(clock);
    await clock.pass(30);
  } finally {
    setReporter();
    Object.assign(globalThis, { setInterval, clearInterval });
    Date.now = now;
  }
  return reports;
}

for (const [name, operators, outputs, reports, kept] of ROWS) {
  test(`transform(${name}) has the documented effect, and failures are reported`, async () => {
    const module = new Same();
    const reported = await reportsOf(async (clock) => {
      const handle = module.transform(...(operators() as [Operator]));
      assert.equal(
        [1, 2, 3].map((x) => outcome(() => module(x))),
        outputs,
      );
      await clock.pass(5);
      assert.is(listHooks(module).length, kept ? 1 : 0);
      handle.remove();
    });
    assert.equal(reported, reports);
    assert.is(module(5), 5, 'the module works when the transform is gone');
    assert.equal(listHooks(module), []);
  });
}

test('transform(startWith) throws at registration and registers nothing', () => {
  const module = new Same();
  assert.throws(
    () => module.transform(startWith(0)),
    (error: Error) => {
      return error.name === 'LateEmissionError' && /emitted the number 0 while it was subscribed/.test(error.message);
    },
  );
  assert.equal(listHooks(module), []);
  // An unhandled rejection would end the process.
  assert.throws(
    () => module.transform(startWith(Promise.reject(new Error('early'))) as never),
    /emitted a promise while/,
  );
});

test('a transform that cannot be registered is unsubscribed', () => {
  const object: { run?: (x: number) => number } = { run: (x) => x };
  const vanished = attach(object as Required<typeof object>, 'run');
  delete object.run;
  let ended = 0;
  assert.throws(
    () => vanished.transform(finalize(() => ended++)),
    /cannot be hooked any more: Object.run must be a method, got undefined/,
  );
  assert.is(ended, 1);
  assert.throws(
    () =>
      new Same().transform(
        finalize(() => ended++),
        startWith(0),
      ),
    /while it was subscribed/,
  );
  assert.is(ended, 2);
});

test('transform() refuses values that are not operators', () => {
  const module = new Same();
  assert.throws(() => module.transform(), /^transform\(\) of Same: the number of operators must be at least 1, got 0$/);
  assert.throws(() => module.transform(map(twice), 7 as never), /operator 1 must be a function, got the number 7$/);
  // The usual mistake: a plain function without map().
  assert.throws(
    () => module.transform(map(twice), ((x: number) => Number(x) * 2) as never),
    /^transform\(\): operator 1 gave the number NaN when it was applied\n {2}expected: an Observable/,
  );
  const fails = () => {
    throw new Error('applied');
  };
  assert.throws(
    () => module.transform(fails),
    ({ message, cause }: Error) =>
      /^transform\(\): operator 0 failed when it was applied: applied\n {2}expected: an Observable/.test(message) &&
      (cause as Error).message === 'applied',
  );
  assert.throws(
    () => module.transform(((y: { mul(x: number): never }) => y.mul(2)) as never),
    /^transform\(\): operator 0 failed .*mul is not a function\n {2}expected: .* map\(\(output\) => …\), say/,
  );
  assert.throws(() => module.transform(() => throwError(() => new Error('subscribed'))), /^subscribed$/);
  assert.equal(listHooks(module), []);
});

test('a module called inside its own transform has one chain per level of nesting', () => {
  const module = new Same();
  module.transform(
    scan((sum, x) => sum + x, 0),
    map((x) => (x < 3 ? module(10) + x : x)),
  );
  // Level 0 sums 1, then 2; level 1 sums 10, then 20, and does not call again.
  assert.is(module(1), 11);
  assert.is(module(1), 22);
});

test('a removed transform is not reported, whatever its operators still do', async () => {
  const EMISSIONS: Record<string, (between: Subject<number>) => void> = {
    'a value': (between) => between.next(7),
    'an error': (between) => between.error(new Error('between')),
    'the end': (between) => between.complete(),
  };
  for (const [name, emit] of Object.entries(EMISSIONS)) {
    const module = new Same();
    const between = new Subject<number>();
    const untilItEnds = takeUntil<number>(between.pipe(ignoreElements(), endWith(0)));
    const reports = await reportsOf(() => {
      const handle = module.transform(mergeWith(between), untilItEnds);
      handle.remove();
      emit(between);
    });
    assert.equal(reports, [], name);
    // While the transform is registered, the same is reported.
    const registered = new Subject<number>();
    const others = await reportsOf(() => {
      module.transform(mergeWith(registered), takeUntil(registered.pipe(ignoreElements(), endWith(0))));
      emit(registered);
    });
    assert.is(others.length, 1, name);
  }
});

test('a transform that is removed during a call still runs in it, and is not reported if it has stopped listening', async () => {
  const module = new Same();
  const reports = await reportsOf(() => {
    module.registerForwardHook(() => handle.remove());
    const handle = module.transform(() => NEVER);
    assert.is(module(1), 1);
  });
  assert.equal(reports, []);
});

test('a transform runs among the hooks in the order of registration', () => {
  const module = new Same();
  const seen: number[] = [];
  const look = (_m: unknown, _i: unknown, output: number) => {
    seen.push(output);
  };
  module.registerForwardHook(look);
  module.transform(map((x) => x + 1));
  module.registerForwardHook(look);
  module.registerForwardHook((_m, _i, x) => x * 10);
  assert.is(module(1), 20);
  assert.equal(seen, [1, 2]);
});

test('a transform that emits null or undefined changes nothing', () => {
  const module = new Same();
  module.transform(map((x) => (x === 1 ? null : undefined) as never));
  assert.is(module(1), 1);
  assert.is(module(2), 2);
});

test('a transform is synchronous even if forward is not', async () => {
  class Slow extends Module {
    override async forward(x: number): Promise<number> {
      return x;
    }
  }
  const slow = new Slow();
  slow.transform(map(twice));
  assert.is(await slow(4), 8);
});

test('a transform that removes itself in its own chain still gives this value', () => {
  const module = new Same();
  const handle = module.transform(
    map((x) => {
      handle.remove();
      return x * 2;
    }),
  );
  assert.is(module(1), 2);
  assert.is(module(1), 1);
});

test('an operator that subscribes to its source twice gets every output in both', () => {
  const module = new Same();
  module.transform((source) =>
    merge(
      source.pipe(
        filter((x) => x % 2 === 0),
        map((x) => x * 10),
      ),
      source.pipe(
        filter((x) => x % 2 === 1),
        map((x) => -x),
      ),
    ),
  );
  assert.equal([1, 2, 3].map(module), [-1, 20, -3]);
});

test('a custom operator whose subscriber throws fails that call, and the next call subscribes again', () => {
  const module = new Same();
  let subscribed = 0;
  class Raw extends Subscriber<number> {
    override next(x: number): void {
      if (x === 2) throw new Error('raw');
      super.next(x * 10);
    }
  }
  let ended = 0;
  module.transform((source) => {
    return new Observable<number>((subscriber) => {
      subscribed++;
      subscriber.add(() => ended++);
      return source.subscribe(new Raw(subscriber));
    });
  });
  assert.is(module(1), 10);
  assert.throws(() => module(2), /^raw$/);
  assert.is(ended, 1);
  assert.is(module(3), 30);
  assert.is(subscribed, 2);
});

test('after a stack overflow in a transform, the levels of nesting are as before', () => {
  const module = new Same();
  let endless = true;
  let overflowed = 0;
  module.transform(
    scan((calls) => calls + 1, 0),
    map((calls) => {
      try {
        if (endless) module(0);
      } catch (error) {
        assert.instance(error, RangeError);
        overflowed++;
      }
      return calls;
    }),
  );
  assert.is(module(0), 1);
  endless = false;
  assert.ok(overflowed > 0);
  assert.is(module(0), 2, 'the second call at the outermost level');
});

test('a transform that is removed while an asynchronous call waits for an earlier hook still runs in that call', async () => {
  const model = { run: async (x: number) => x };
  const hookable = attach(model, 'run');
  let removed = 0;
  hookable.registerForwardHook((async () => {
    await 0;
    transform.remove();
  }) as never);
  const transform = hookable.transform(
    map((output: unknown) => (output as number) + 1),
    finalize(() => removed++),
  );
  assert.is(await model.run(3), 4);
  assert.is(removed, 1);
  assert.is(await model.run(3), 3);
});

test.run();
