import { setImmediate } from 'node:timers/promises';
import { bufferCount, take, toArray } from 'rxjs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  attach,
  type ForwardEvent,
  Linear,
  listHooks,
  Module,
  rand,
  removeAllHooks,
  setReporter,
} from '../../src/index.ts';

class Same extends Module {
  override forward(x: number): number {
    return x;
  }
}

/** The reports during `run`. */
async function reported(run: () => unknown): Promise<string[]> {
  const reports: string[] = [];
  setReporter(({ message }) => reports.push(message));
  try {
    await run();
  } finally {
    setReporter();
  }
  return reports;
}

test('observe(fn) sees the output that the caller gets, after all hooks, with calls numbered from 0', () => {
  const module = new Same();
  const events: ForwardEvent<Same>[] = [];
  module(0);
  const handle = module.observe((event) => events.push(event));
  module.registerForwardHook((_m, _i, x) => x + 1);
  module(1);
  module(5);
  handle.remove();
  module(9);
  assert.equal(
    events.map(({ inputs, output, call, path }) => [[...inputs], output, call, path]),
    [
      [[1], 2, 0, ''],
      [[5], 6, 1, ''],
    ],
  );
  assert.is(events[0]!.module, module);
});

test('observe(fn): an observer that always throws is reported 3 times and removed, and the outputs stay the same', async () => {
  const layer = new Linear(4, 3);
  const x = rand(2, 4);
  const plain = [...layer(x).data];
  let calls = 0;
  const reports = await reported(() => {
    layer.observe(function broken() {
      calls++;
      throw new Error('no');
    });
    for (let i = 0; i < 1000; i++) assert.equal([...layer(x).data], plain);
  });
  assert.is(calls, 3);
  assert.is(reports.length, 4);
  assert.match(reports[0]!, /^layertap: the observer broken of Linear\(.*\) failed: no$/);
  assert.match(reports[3]!, /was removed after 3 errors in a row$/);
  assert.equal(listHooks(layer), []);
});

test('observe(fn) isolates rejections too; two in a row do not remove the observer', async () => {
  const module = new Same();
  let calls = 0;
  const reports = await reported(async () => {
    module.observe(async () => {
      calls++;
      if (calls % 3 !== 0) throw new Error('rejected');
    });
    for (let i = 0; i < 9; i++) {
      assert.is(module(i), i);
      await undefined;
      await undefined;
    }
  });
  assert.is(calls, 9);
  assert.is(reports.length, 6);
});

test('observe(fn): two errors in a row do not remove the observer', async () => {
  const module = new Same();
  let calls = 0;
  const reports = await reported(() => {
    module.observe(() => {
      if (++calls % 3 !== 0) throw new Error('two of three');
    });
    for (let i = 0; i < 9; i++) module(i);
  });
  assert.is(calls, 9);
  assert.is(reports.length, 6);
});

test('observe(fn): once the observer is removed, errors of calls under way are not reported', async () => {
  const module = new Same();
  const settle: ((fails: boolean) => void)[] = [];
  const reports = await reported(async () => {
    module.observe(
      () =>
        new Promise<void>((resolve, reject) => settle.push((fails) => (fails ? reject(new Error('no')) : resolve()))),
    );
    for (let i = 0; i < 9; i++) module(i);
    for (const fails of [true, true, true, false, true, true, true, true, true]) {
      settle.shift()!(fails);
      await setImmediate();
    }
  });
  assert.is(reports.length, 4);
  assert.match(reports[3]!, /was removed after 3 errors in a row$/);
});

test('a reporter that rejects does no harm and is reported', async () => {
  const module = new Same();
  const printed: unknown[] = [];
  const { error } = console;
  console.error = (text: unknown) => printed.push(text);
  try {
    const cause = new Error('no');
    const causes: unknown[] = [];
    module.observe(
      () => {
        throw cause;
      },
      {
        reporter: async (error) => {
          causes.push(error.cause);
          throw new Error('the reporter, too');
        },
      },
    );
    for (let i = 0; i < 4; i++) module(i);
    await setImmediate();
    assert.equal(causes, [cause, cause, cause, undefined]);
    assert.is(printed.length, 4);
    assert.match(
      String(printed[3]),
      /^layertap: the reporter failed \(the reporter, too\) on: .* was removed after 3 errors/,
    );
  } finally {
    console.error = error;
  }
});

test('an error that cannot be described is reported too', async () => {
  const module = new Same();
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const reports = await reported(() => {
    module.observe(() => {
      throw proxy;
    });
    assert.is(module(1), 1);
  });
  assert.equal(reports, ['layertap: the observer (anonymous) of Same() failed: something that cannot be described']);
});

test('observe(fn, { reporter }) reports to its own reporter; one that throws does no harm', async () => {
  const module = new Same();
  const own: string[] = [];
  const { error } = console;
  console.error = () => own.push('console');
  try {
    const reports = await reported(() => {
      const fail = () => {
        throw new Error('no');
      };
      const one = module.observe(fail, { reporter: ({ message }) => own.push(message) });
      module(1);
      one.remove();
      module.observe(fail, { reporter: fail });
      module(1);
    });
    assert.equal(reports, []);
    assert.is(own.length, 2);
    assert.is(own[1], 'console');
  } finally {
    console.error = error;
  }
});

test('observe() is a cold Observable: each subscription registers an observer and removes it', () => {
  const module = new Same();
  const events = module.observe();
  assert.equal(listHooks(module), []);
  module(0);
  const buffers: number[][] = [];
  const subscription = events
    .pipe(bufferCount(2))
    .subscribe((pair) => buffers.push(pair.map(({ call, output }) => call * 100 + output)));
  const firstThree: number[] = [];
  module(1);
  events.pipe(take(3), toArray()).subscribe((all) => firstThree.push(...all.map(({ output }) => output)));
  for (const x of [2, 3, 4]) module(x);
  assert.equal(buffers, [
    [1, 102],
    [203, 304],
  ]);
  assert.equal(firstThree, [2, 3, 4]);
  assert.is(listHooks(module).length, 1);
  subscription.unsubscribe();
  assert.equal(listHooks(module), []);
});

test('a subscriber that unsubscribes in its next gets no further event', () => {
  const module = new Same();
  let seen = 0;
  const subscription = module.observe().subscribe(() => {
    seen++;
    subscription.unsubscribe();
  });
  module(1);
  module(2);
  assert.is(seen, 1);
  assert.equal(listHooks(module), []);
});

test('observers of an attached method install and remove the interceptor like hooks', () => {
  const model = { predict: (x: number) => x + 1 };
  const before = Object.getOwnPropertyDescriptor(model, 'predict');
  const seen: number[] = [];
  const handle = attach(model, 'predict').observe(({ output }) => seen.push(output));
  model.predict(1);
  handle.remove();
  model.predict(2);
  assert.equal(seen, [2]);
  assert.equal(Object.getOwnPropertyDescriptor(model, 'predict'), before);
});

test('observers get the resolved value of a promise, and nothing from a call that fails', async () => {
  class Slow extends Module {
    override async forward(x: number): Promise<number> {
      if (x < 0) throw new Error('negative');
      return x * 2;
    }
  }
  const slow = new Slow();
  const seen: number[] = [];
  slow.observe(({ output }) => seen.push(output));
  assert.is(await slow(2), 4);
  await slow(-1).catch(() => {});
  assert.equal(seen, [4]);
});

test('listHooks() lists observers and subscriptions, and removeAllHooks() removes them', () => {
  const module = new Same();
  module.observe(function watcher() {});
  module.observe().subscribe();
  module(1);
  assert.equal(
    listHooks(module).map(({ kind, name, calls }) => [kind, name, calls]),
    [
      ['observer', 'watcher', 1],
      ['observer', 'observe()', 1],
    ],
  );
  removeAllHooks(module);
  assert.equal(listHooks(module), []);
});

test('observe() refuses an observer that is not a function, and wrong options', () => {
  const module = new Same();
  assert.throws(
    () => module.observe(undefined as never),
    /^observe\(\) of Same: the observer must be a function, got undefined$/,
  );
  assert.throws(
    () => module.observe(() => {}, { reprter: 1 } as never),
    /unknown option "reprter"; the options are reporter, reads$/,
  );
  for (const [options, got] of [
    [null, 'null'],
    [true, 'the boolean true'],
  ] as const) {
    assert.throws(
      () => module.observe(() => {}, options as never),
      (error: Error) => error.message.endsWith(`: the options must be an object, got ${got}`),
    );
  }
  assert.throws(
    () => module.observe(() => {}, { reporter: 1 } as never),
    /option "reporter" must be a function, got the number 1$/,
  );
  assert.throws(
    () => setReporter('x' as never),
    /^setReporter\(\): the reporter must be a function, got the string "x"$/,
  );
  assert.equal(listHooks(module), []);
});

test.run();
