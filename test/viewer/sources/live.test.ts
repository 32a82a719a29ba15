import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  attach,
  Hookable,
  Linear,
  listHooks,
  Module,
  relu,
  select,
  setReporter,
  type Tensor,
  type TensorReader,
  tensor,
  tensorReader,
} from '../../../src/index.ts';
import { DEFAULT_EDGES } from '../../../viewer/data/clamped-bins.ts';
import { mountViewer } from '../../../viewer/index.ts';
import { type LiveOptions, liveSource, liveSourceBy } from '../../../viewer/sources/live.ts';
import { FakeClock } from '../fake-clock.ts';
import { Collected } from './collect.ts';

/** Returns its input. */
class Layer extends Hookable {
  constructor(reader: object) {
    super({ reader: reader as TensorReader });
  }
  override forward(x: Tensor): Tensor {
    return x;
  }
}

/** Three layers; reading an output takes `cost` ms of the clock. */
class Chain extends Hookable {
  readonly a: Layer;
  readonly b: Layer;
  readonly c: Layer;
  order: ('a' | 'b' | 'c')[] = ['a', 'b', 'c'];

  constructor(clock: FakeClock, cost: number, reader: object = tensorReader) {
    super();
    const values = (t: Tensor) => {
      clock.spend(cost);
      return (reader as typeof tensorReader).values(t);
    };
    this.a = new Layer({ ...reader, values });
    this.b = new Layer({ ...reader, values });
    this.c = new Layer({ ...reader, values });
  }
  override forward(x: Tensor): Tensor {
    return this.order.reduce((y, name) => this[name](y), x);
  }
}

const input = tensor([1, 2, 3]);

function chain(cost: number, options: LiveOptions = {}, reader?: object) {
  const clock = new FakeClock();
  const net = new Chain(clock, cost, reader);
  const seen = new Collected(liveSourceBy(clock, select(net, '*'), options));
  return { clock, net, seen };
}

/** The errors reported while `run` runs. */
async function reported(run: () => unknown): Promise<string[]> {
  const said: string[] = [];
  setReporter((error) => said.push(error.message));
  try {
    await run();
  } finally {
    setReporter();
  }
  return said;
}

const whole = (...steps: number[]) => steps.flatMap((step) => ['a', 'b', 'c'].map((tag) => `${tag} ${step}`));

test('the first forward is captured whole, and sent in the next task', async () => {
  const { clock, net, seen } = chain(1);
  net(input);
  assert.equal(seen.calls, []);
  await clock.pass(0);
  assert.equal(seen.names, whole(0));
  assert.equal(seen.calls, [3]);
});

test('a forward that exceeds the budget is captured whole', async () => {
  const { clock, net, seen } = chain(500);
  net(input);
  await clock.pass(0);
  assert.equal(seen.names, whole(0));
});

test('of a burst, whole forwards are captured until the budget is spent', async () => {
  // 2 % of half a second is 10 ms: three forwards of 3 ms, and a fourth that begins within the budget.
  const { clock, net, seen } = chain(1);
  for (let i = 0; i < 100; i++) net(input);
  await clock.pass(0);
  assert.equal(seen.names, whole(0, 1, 2, 3));
});

test('a steady stream of forwards takes the share, and no more', async () => {
  const { clock, net, seen } = chain(1, { share: 0.05 });
  const start = clock.now();
  // A forward each millisecond; captures take time on the clock.
  while (clock.now() < start + 20_000) {
    net(input);
    await clock.pass(1);
  }
  const spent = seen.all.length;
  // 5 % of 20 s, and the 25 ms of a full bucket.
  assert.ok(spent > 900 && spent <= 1000 + 25 + 3, `${spent} ms`);
  // All layers show the same forwards.
  const steps = (tag: string) => seen.all.filter((point) => point.tag === tag).map(({ step }) => step);
  assert.ok(steps('a').length > 300);
  assert.equal(steps('b'), steps('a'));
  assert.equal(steps('c'), steps('a'));
});

test('after a pause a forward is captured, whatever was spent before', async () => {
  const { clock, net, seen } = chain(100);
  net(input);
  // 300 ms were spent: at 2 % they take 15 s to refill, or a pause of 1.2 s.
  await clock.pass(1000);
  net(input);
  await clock.pass(0);
  assert.equal(seen.names, whole(0));
  await clock.pass(1300);
  net(input);
  await clock.pass(0);
  assert.equal(seen.names, whole(0, 2));
});

test('an idle source has no timer', async () => {
  const { clock, net, seen } = chain(1);
  assert.is(clock.timers, 0);
  net(input);
  await clock.pass(1000);
  assert.is(clock.timers, 0);
  seen.stop();
});

test('points are sent at most ten times a second, the first in the next task', async () => {
  const { clock, net, seen } = chain(0);
  for (let i = 0; i < 100; i++) {
    net(input);
    await clock.pass(10);
  }
  await clock.pass(100);
  assert.equal(seen.calls.length, 11);
  assert.is(seen.calls[0], 3);
  assert.is(seen.all.length, 300, 'and what costs nothing is captured each time');
});

test('the queue of a slow listener is bounded, and captures resume later', async () => {
  const { clock, net, seen } = chain(0);
  let done = () => {};
  seen.until = new Promise((resolve) => {
    done = resolve;
  });
  net(input);
  await clock.pass(0);
  for (let i = 0; i < 5000; i++) net(input);
  await clock.pass(5000);
  assert.equal(seen.calls, [3]);
  seen.until = undefined;
  done();
  await clock.pass(0);
  await clock.pass(100);
  assert.is(seen.calls[1], 1026, '342 forwards of three');
  net(input);
  await clock.pass(200);
  assert.equal(seen.names.slice(-3), whole(5001));
});

test('modules that are not called, or called twice, do not hold up others', async () => {
  const { clock, net, seen } = chain(1);
  net.order = ['a', 'b', 'a', 'c'];
  net(input);
  await clock.pass(200);
  assert.equal(new Set(seen.names), new Set(['a 0', 'b 0', 'a 1', 'c 0']));
  net.order = ['b', 'c'];
  for (let i = 0; i < 200; i++) {
    net(input);
    await clock.pass(20);
  }
  const of = (tag: string) => seen.all.filter((point) => point.tag === tag);
  assert.is(of('a').length, 2);
  assert.ok(of('b').length >= 20 && Math.abs(of('b').length - of('c').length) <= 1, `${of('b').length}`);
});

test('an overdrawn budget starves no layer, even if another is called twice', async () => {
  const { clock, net, seen } = chain(20);
  net.order = ['a', 'b', 'a', 'c'];
  for (let i = 0; i < 1000; i++) {
    net(input);
    await clock.pass(20);
  }
  const counts = ['a', 'b', 'c'].map((tag) => seen.all.filter((point) => point.tag === tag).length);
  assert.ok(Math.min(...counts) >= 5 && Math.max(...counts) - Math.min(...counts) <= 1, counts.join());
});

test('an asynchronous forward is captured whole: rounds begin with the same module', async () => {
  const { clock, net, seen } = chain(1);
  // Each layer in its own task.
  for (let i = 0; i < 3000; i++) {
    net[(['a', 'b', 'c'] as const)[i % 3]!](input);
    await clock.pass(20);
  }
  const steps = new Map<number, number>();
  for (const { step } of seen.all) steps.set(step, (steps.get(step) ?? 0) + 1);
  assert.ok(steps.size > 50);
  assert.equal(new Set(steps.values()), new Set([3]));
});

test('disconnecting removes all hooks, and no points come afterwards', async () => {
  const { clock, net, seen } = chain(1);
  assert.equal(
    listHooks(net).map(({ path, kind }) => `${path} ${kind}`),
    ['a observer', 'b observer', 'c observer'],
  );
  net(input);
  seen.stop();
  assert.equal(listHooks(net), []);
  await clock.pass(1000);
  assert.equal(seen.names, []);
  assert.is(clock.timers, 0);
  seen.stop();
});

test('two listeners may be connected, each with its own steps', async () => {
  const net = new Chain(new FakeClock(), 0);
  const source = liveSource(select(net, '*'));
  const first = new Collected(source);
  net(input);
  const second = new Collected(source);
  net(input);
  await first.count(6);
  await second.count(3);
  assert.equal(first.names, whole(0, 1));
  assert.equal(second.names, whole(0));
  first.stop();
  assert.is(listHooks(net).length, 3);
  second.stop();
  assert.equal(listHooks(net), []);
});

test('no round begins while values are read asynchronously', async () => {
  const answers: (() => void)[] = [];
  const reader = {
    ...tensorReader,
    values: (t: Tensor) => new Promise((resolve) => answers.push(() => resolve(t.data))),
  };
  const { clock, net, seen } = chain(0, {}, reader);
  net(input);
  net(input);
  await clock.pass(500);
  assert.is(answers.length, 3);
  assert.equal(seen.names, []);
  for (const answer of answers) answer();
  await clock.pass(100);
  assert.equal(seen.names, whole(0));
  net(input);
  assert.is(answers.length, 6);
  seen.stop();
  for (const answer of answers) answer();
  await clock.pass(100);
  assert.is(seen.all.length, 3);
});

test('an error is reported and warned about, leaves other layers alone, and after three its layer is left out', async () => {
  const { clock, net, seen } = chain(0);
  const failing = {
    ...tensorReader,
    values: () => {
      throw new Error('lost');
    },
  };
  const b = new Layer(failing);
  (net as { b: Layer }).b = b;
  const again = new Collected(liveSourceBy(clock, select(net, '*')));
  const said = await reported(async () => {
    for (let i = 0; i < 6; i++) {
      assert.is(net(input), input);
      await clock.pass(200);
    }
  });
  assert.equal(again.warnings, [
    'b could not be read: lost',
    'b could not be read: lost',
    'b could not be read: lost; it is left out after 3 errors in a row',
  ]);
  assert.is(said.filter((line) => line.includes('of b')).length, 4, said.join('\n'));
  const of = (tag: string) => again.all.filter((point) => point.tag === tag).map(({ step }) => step);
  assert.equal(of('a'), [0, 1, 2, 3, 4, 5]);
  assert.equal(of('c'), [0, 1, 2, 3, 4, 5]);
  seen.stop();
  again.stop();
});

test('a rejected promise is an error like any other', async () => {
  const reader = { ...tensorReader, values: () => Promise.reject(new Error('device lost')) };
  const { clock, net, seen } = chain(0, {}, reader);
  const said = await reported(async () => {
    for (let i = 0; i < 5; i++) {
      net(input);
      await clock.pass(200);
    }
  });
  assert.is(seen.warnings.length, 9);
  assert.is(seen.warnings[8], 'c could not be read: device lost; it is left out after 3 errors in a row');
  assert.ok(said.every((line) => line.includes('device lost') || line.includes('removed after 3')));
});

test('an error of the listener is reported, and the listener is still called', async () => {
  const clock = new FakeClock();
  const net = new Chain(clock, 0);
  let calls = 0;
  liveSourceBy(clock, select(net, '*')).connect({
    points() {
      calls++;
      throw new Error('cannot draw');
    },
    progress() {},
    warning() {},
  });
  const said = await reported(async () => {
    net(input);
    await clock.pass(200);
    net(input);
    await clock.pass(200);
  });
  assert.equal(said, ['cannot draw', 'cannot draw']);
  assert.is(calls, 2);
});

test('options set steps, tags and runs', async () => {
  let batch = 7;
  const { clock, net, seen } = chain(0, { run: 'mine', step: () => batch, tag: (path) => `layer/${path}` });
  net.order = ['a', 'b', 'a', 'c'];
  net(input);
  batch = 8;
  net(input);
  await clock.pass(200);
  assert.ok(seen.all.every(({ run }) => run === 'mine'));
  assert.equal([...seen.names].sort(), [
    'layer/a 7',
    'layer/a 8',
    'layer/a/call_1 7',
    'layer/a/call_1 8',
    'layer/b 7',
    'layer/b 8',
    'layer/c 7',
    'layer/c 8',
  ]);
  const time = seen.all[0]!.wallTime;
  assert.ok(Math.abs(time - Date.now() / 1000) < 60);
});

test('a step that is not a number is an error, and gives no point', async () => {
  const { clock, net, seen } = chain(0, { step: () => Number.NaN });
  await reported(async () => {
    net(input);
    await clock.pass(200);
  });
  assert.equal(seen.names, []);
  assert.match(
    seen.warnings[0]!,
    'a could not be read: liveSource(): option "step" must return a finite number or a bigint, got the number NaN',
  );
});

test('each tensor of an output has its own tag', async () => {
  const model = { run: (x: Tensor) => ({ logits: x, hidden: [x, 'no tensor', x] }) };
  const run = attach(model, 'run', { reader: tensorReader as TensorReader });
  const seen = new Collected(liveSource(select(run, () => true)));
  model.run(input);
  await seen.count(3);
  assert.equal(seen.names, ['AttachedMethod/logits 0', 'AttachedMethod/hidden/0 0', 'AttachedMethod/hidden/2 0']);
  seen.stop();
});

test('outputs are captured after forward hooks', async () => {
  class Net extends Module {
    fc = new Linear(3, 2);
    override forward(x: Tensor): Tensor {
      return relu(this.fc(x));
    }
  }
  const net = new Net();
  const seen = new Collected(liveSource(select(net, Linear)));
  net.fc.registerForwardHook(() => tensor([5, 5]));
  net(input);
  await seen.count(1);
  assert.equal([seen.all[0]!.summary.min, seen.all[0]!.summary.mean], [5, 5]);
  seen.stop();
});

test('a model instead of a Selection is refused, with what to select', () => {
  const method = attach({ predict: () => input }, 'predict');
  for (const show of [() => liveSource(method as never), () => mountViewer({} as Element, method as never)]) {
    assert.throws(
      show,
      /^liveSource\(\): the selection must be .*, got an AttachedMethod\n.*select\(model, \(\) => true\)/,
    );
  }
  const selection = select(method, () => true);
  assert.is(selection.size, 1);
  // In Node there are no elements.
  assert.throws(
    () => mountViewer({} as Element, selection),
    /^mountViewer\(\): the first argument must be an Element, got an Object$/,
  );
});

test('liveSource() rejects other arguments', () => {
  const selection = select(new Chain(new FakeClock(), 0), '*');
  assert.throws(
    () => liveSource([] as never),
    /liveSource\(\): the selection must be what select\(\) gives, got an array of length 0/,
  );
  assert.throws(
    () => liveSource(selection, { share: 0 }),
    /option "share" must be a number above 0, at most 1, got the number 0/,
  );
  assert.throws(() => liveSource(selection, { share: 1.5 }), /at most 1, got the number 1.5/);
  assert.throws(() => liveSource(selection, { step: 3 as never }), /option "step" must be a function/);
  assert.throws(
    () => liveSource(selection, { tag: 'name' as never }),
    /option "tag" must be 'path', 'repr' or a function/,
  );
  assert.throws(() => liveSource(selection, { run: '' }), /option "run" must be a string that is not empty/);
  assert.throws(() => liveSource(selection, { every: 2 } as never), /unknown option "every"/);
});

test('with a share of 1 every forward is captured', async () => {
  const { clock, net, seen } = chain(1, { share: 1 });
  for (let i = 0; i < 50; i++) {
    net(input);
    await clock.pass(5);
  }
  await clock.pass(200);
  assert.is(seen.all.length, 150);
});

test('bins are stretches of the default edges', async () => {
  const { clock, net, seen } = chain(0);
  net(input);
  await clock.pass(0);
  for (const { bins } of seen.all) {
    assert.is(bins.edges.buffer, DEFAULT_EDGES.buffer);
    assert.is(bins.edges.length, bins.counts.length + 1);
    assert.is(bins.counts.buffer.byteLength, bins.counts.byteLength);
  }
});

test('tensors of instances and Maps are captured, and null is skipped', async () => {
  const { clock, net, seen } = chain(0);
  class Output {
    logits = input;
    hidden = new Map([['last', input]]);
  }
  const said = await reported(async () => {
    for (const output of [null, new Output(), null, null, undefined]) {
      net.a(output as never);
      await clock.pass(600);
    }
  });
  assert.equal(seen.names, ['a/logits 1', 'a/hidden/last 1']);
  assert.equal(seen.warnings, []);
  assert.equal(said, []);
});

test('two sources of one viewer with the same tags are reported; a prefix or a run keeps them apart', async () => {
  const clock = new FakeClock();
  const net = new Chain(clock, 0);
  const seen = new Collected(liveSourceBy(clock, select(net, '*')));
  const connect = (options: LiveOptions) => {
    const said: string[] = [];
    setReporter((error) => said.push(error.message));
    const stop = liveSourceBy(clock, select(net, 'a'), options).connect(seen);
    setReporter();
    return { stop, said };
  };
  const shared = connect({});
  assert.is(shared.said.length, 1);
  assert.match(shared.said[0]!, 'another live source of this viewer shows the tag "a" of the run "live"');
  assert.match(shared.said[0]!, 'give one of them the option "prefix" or "run"');
  shared.stop();
  shared.stop();
  const apart = connect({ prefix: 'other' });
  assert.equal([...apart.said, ...connect({ run: 'second' }).said], []);
  net.a(input);
  await clock.pass(200);
  assert.equal(seen.names, ['a 0', 'other/a 0', 'a 0']);
  apart.stop();
  seen.stop();
  assert.is(connect({}).said.length, 0);
  assert.is(connect({}).said.length, 1);
});

test.run();
