// What users do wrong, and what data does, with each tool.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  attach,
  type Hookable,
  Identity,
  Linear,
  listHooks,
  Module,
  ReLU,
  rand,
  Sequential,
  select,
  setReporter,
  type Tensor,
  tensor,
  withHooks,
} from '../../src/index.ts';
import {
  capture,
  deadUnits,
  type GuardFinding,
  guard,
  patch,
  profile,
  record,
  saturation,
  skip,
  summary,
} from '../../src/inspect/index.ts';
import { rejects } from '../fixtures/rejection.ts';
import { type AnyTensor, anyReader } from './readers.ts';

type Run = (net: never) => unknown;

/** Each tool that runs a model by a function. */
const RUNNING: Readonly<Record<string, (net: Hookable, run: Run, path: string) => Promise<unknown>>> = {
  'capture()': (net, run, path) => capture(net, run as never, path),
  'summary()': (net, run) => summary(net, run as never),
  'profile()': (net, run, path) => profile(net, run as never, { select: path }),
  'record()': (net, run, path) => record(net, run as never, { select: path }),
  'deadUnits()': (net, run, path) => deadUnits(net, run as never, path),
  'saturation()': (net, run, path) => saturation(net, run as never, path),
};

const layers = () => new Sequential(new Linear(3, 3), new ReLU());

test('a selector that matches nothing is an error with the nearest names, before anything runs', async () => {
  const net = layers();
  const never = () => assert.unreachable('it ran');
  const nothing = /^select\(\): nothing in Sequential matches "fc9"\n {2}nearest: /;
  for (const [name, tool] of Object.entries(RUNNING)) {
    if (name !== 'summary()') await rejects(tool(net, never, 'fc9'), nothing);
  }
  assert.throws(() => guard(net, { select: 'fc9' }), nothing);
  assert.throws(() => patch(select(net, 'fc9'), { scale: 2 }), nothing);
  // Each name of a list.
  await rejects(capture(net, never, ['0', 'fc9']), nothing);
  assert.equal(listHooks(net), []);
});

test('what is no model and no inputs is an error of each tool, which names it', async () => {
  for (const [name, tool] of Object.entries(RUNNING)) {
    const where = name.replace(/[()]/g, '\\$&');
    for (const wrong of [undefined, {}, () => {}, 'net']) {
      await rejects(
        tool(wrong as never, () => {}, '0'),
        new RegExp(`^${where}: the model must be a module, got `),
      );
    }
    for (const wrong of [undefined, 3, 'x', {}]) {
      await rejects(
        tool(layers(), wrong as never, '0'),
        new RegExp(`^${where}: the inputs must be an array, or a function`),
      );
    }
  }
  assert.throws(() => guard({} as never), /^guard\(\): the model must be a module, got an Object$/);
  for (const change of [(net: never) => patch(net, { scale: 2 }), (net: never) => skip(net)]) {
    assert.throws(() => change({} as never), /the first argument must be a module, or what select\(\) gives/);
  }
});

test('a model that throws in the middle: the error is thrown as it is', async () => {
  class Fails extends Module {
    fc: Linear = new Linear(3, 3);
    act: ReLU = new ReLU();
    override forward(x: Tensor): Tensor {
      this.fc(x);
      throw new RangeError('no further');
    }
  }
  const net = new Fails();
  const x = rand(2, 3);
  for (const tool of Object.values(RUNNING)) {
    await rejects(tool(net, (() => net(x)) as never, 'fc'), /^no further$/, RangeError);
    assert.equal(listHooks(net), []);
  }
  // A guard has seen what ran, and stays.
  const guarded = guard(net, { condition: ({ path }) => path === 'act' });
  assert.throws(() => net(x), /^no further$/);
  assert.is(guarded.finding, undefined);
  assert.ok(listHooks(net).length > 0);
  guarded.remove();
  assert.equal(listHooks(net), []);
});

test('a model that hangs is given up by a signal', async () => {
  const net = attach({ run: () => new Promise(() => {}) }, 'run', { reader: anyReader });
  const reason = new RangeError('enough');
  const options = () => {
    const controller = new AbortController();
    setImmediate(() => controller.abort(reason));
    return { signal: controller.signal };
  };
  const hanging: (() => Promise<unknown>)[] = [
    () => capture(net, [], /^$/, options()),
    () => summary(net, [], options()),
    () => profile(net, [], options()),
    () => record(net, [], options()),
    () => deadUnits(net, [], /^$/, options()),
    () => saturation(net, [], /^$/, options()),
  ];
  for (const run of hanging) await rejects(run(), /^enough$/, RangeError);
  // One that was aborted before runs nothing.
  const { signal } = new AbortController();
  Object.defineProperty(signal, 'throwIfAborted', {
    value: () => {
      throw reason;
    },
  });
  await rejects(
    capture(net, () => assert.unreachable('it ran'), /^$/, { signal }),
    /^enough$/,
    RangeError,
  );
  assert.equal(listHooks(net), []);
});

test('two tools that run an asynchronous model at once would mix up their calls: the second one is refused', async () => {
  let release!: () => void;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const inner = { run: async (x: Float64Array) => gate.then(() => x.slice()) };
  const part = attach(inner, 'run', { reader: anyReader as never, async: true });
  const model = { run: (x: Float64Array) => inner.run(x) };
  const net = attach(model, 'run', { reader: anyReader as never, async: true, children: () => [['part', part]] });
  const first = capture(net, [Float64Array.of(1)], 'part');
  for (const [name, tool] of Object.entries(RUNNING)) {
    const where = name.replace(/[()]/g, '\\$&');
    const refused = new RegExp(`^${where}: capture\\(\\) still runs the model, and their calls would be mixed up`);
    await rejects(
      tool(net, () => assert.unreachable('it ran'), 'part'),
      refused,
    );
  }
  // A part of the same model.
  await rejects(
    capture(part, () => assert.unreachable('it ran'), /^$/),
    /capture\(\) still runs the model/,
  );
  release();
  assert.is((await first).calls('part').length, 1);
  assert.equal(listHooks(net), []);
  for (const tool of Object.values(RUNNING)) await tool(net, (() => net(Float64Array.of(1))) as never, 'part');
});

test('edits that change the shape or the kind of an output fail the call, which says where', () => {
  const net = layers();
  const run = (register: () => unknown) => () => withHooks(register, () => net(rand(2, 3)));
  assert.throws(
    run(() => patch(select(net, '0'), { replace: rand(5, 3) })),
    /shape[\s\S]*in 0/,
  );
  assert.throws(
    run(() => patch(select(net, '0'), { add: [1, 2, 3, 4] })),
    /shape[\s\S]*in 0/,
  );
  assert.throws(
    run(() => skip(net[0]!) && net[0]!.registerForwardPreHook(() => rand(2, 3).reshape(3, 2))),
    Error,
  );
  assert.equal(listHooks(net), []);
});

test('a model that gives other values in each call: each call is captured as it was, and a patch acts on what came', async () => {
  class Noise extends Module {
    override forward(x: Tensor): Tensor {
      return x.map((value) => value + Math.random());
    }
  }
  const net = new Noise();
  const seen: Tensor[] = [];
  const handle = net.observe(({ output }) => seen.push(output));
  const captured = await capture(net, () => [net(rand(3)), net(rand(3))], /^$/);
  assert.equal(
    captured.calls('').map(({ value }) => value.data),
    seen.map(({ data }) => data),
  );
  const patched = withHooks(
    () => patch(net, { scale: 0 }),
    () => net(rand(3)),
  );
  assert.equal([...patched.data], [0, 0, 0]);
  handle.remove();
});

test('integers, truth values, strings and types without numbers', async () => {
  const tensors: Record<string, AnyTensor> = {
    int64: { dtype: 'int64', shape: [3], data: BigInt64Array.of(-2n, 0n, 2n ** 53n) },
    bool: { dtype: 'bool', shape: [3], data: Uint8Array.of(0, 1, 1) },
    uint8: { dtype: 'uint8', shape: [3], data: Uint8Array.of(0, 255, 7) },
    text: { dtype: 'string', shape: [1], data: undefined },
    half: { dtype: 'float16', shape: [2], data: Uint16Array.of(0x7c00, 0x7e00) },
  };
  const model = { run: () => tensors };
  const net = attach(model, 'run', { reader: anyReader });
  const { value } = {
    value: (await capture(net, [], /^$/, { take: 'statistics' })).value('') as never as Record<
      string,
      { min: number; max: number; zeros: number; nan: number; positiveInfinity: number } | undefined
    >,
  };
  assert.equal([value.int64!.min, value.int64!.max, value.int64!.zeros], [-2, 2 ** 53, 1]);
  assert.equal([value.bool!.min, value.bool!.max, value.bool!.zeros], [0, 1, 1]);
  assert.equal([value.uint8!.max, value.uint8!.zeros], [255, 1]);
  assert.is(value.text, undefined);
  assert.equal([value.half!.nan, value.half!.positiveInfinity], [1, 1]);
  const dead = await deadUnits(net, [], /^$/);
  assert.equal(
    [...dead].map(([path, units]) => [path, units.dead]),
    [
      ['/int64', [1]],
      ['/bool', [0]],
      ['/uint8', [0]],
      ['/half', []],
    ],
  );
  assert.is((await saturation(net, [], /^$/, { bounds: [0, 255], within: 0 })).get('/uint8')!.share, 2 / 3);
  // Only the float has what a guard looks for.
  let finding: GuardFinding | undefined;
  guard(net, {
    onFound: (found) => {
      finding = found;
    },
  });
  model.run();
  assert.equal([finding!.place, finding!.why], ['/half', '1 of 2 values are NaN']);
  const { modules } = await summary(net, []);
  assert.equal(modules[0]!.outputs, [[3], [3], [3], [1], [2]]);
  assert.is(modules[0]!.outputBytes, 3 * 8 + 3 + 3 + 4 + 2 * 2);
});

test('names that occur twice are an error of each tool, with nothing registered', async () => {
  const [a, b] = [new Identity(), new Identity()];
  const net = attach({ run: (x: Tensor) => b(a(x)) }, 'run', {
    children: () => [
      ['same', a],
      ['same', b],
    ],
  });
  for (const tool of Object.values(RUNNING)) {
    await rejects(tool(net, (() => assert.unreachable('it ran')) as never, 'same'), /"same"/);
  }
  assert.throws(() => guard(net), /"same"/);
  assert.equal(listHooks(a), []);
  // One module under two names is listed once.
  const both = new Sequential(a, a);
  const captured = await capture(both, [tensor([1])], '*');
  assert.equal(
    [...captured].map(([path, calls]) => [path, calls.length]),
    [['0', 2]],
  );
});

test('a limit is what fits: no byte less, and what is dropped frees its room', async () => {
  const layer = new Identity();
  const run = () => [layer(rand(10)), layer(rand(10)), layer(rand(10))];
  assert.is((await capture(layer, run, /^$/, { limit: 120 })).calls('').length, 3);
  await rejects(
    capture(layer, run, /^$/, { limit: 119 }),
    /at least 120 bytes to keep the model, call 2, got 119/,
    RangeError,
  );
  assert.is((await capture(layer, run, /^$/, { limit: 40, last: 1 })).calls('').length, 1);
  // Statistics are small, and not counted.
  assert.is((await capture(layer, run, /^$/, { limit: 0, take: 'statistics' })).calls('').length, 3);
  assert.equal(listHooks(layer), []);
});

test('what a function of the user throws is thrown, or reported where nothing awaits it', async () => {
  const net = layers();
  const failure = new RangeError('mine');
  const throws = () => {
    throw failure;
  };
  await rejects(capture(net, [rand(1, 3)], '0', { take: throws }), /^mine$/, RangeError);
  const reports: string[] = [];
  setReporter((error) => reports.push((error as Error).message));
  guard(net, { condition: throws });
  assert.throws(() => net(rand(1, 3)), /^mine$/);
  setReporter(undefined);
  assert.equal(reports, []);
});

test.run();
