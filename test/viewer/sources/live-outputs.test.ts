import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  Hookable,
  Linear,
  rand,
  Sequential,
  select,
  type TensorReader,
  tensor,
  tensorReader,
} from '../../../src/index.ts';
import type { Activation } from '../../../viewer/activation/activation.ts';
import { Activations } from '../../../viewer/activation/activations.ts';
import type { SourceListener } from '../../../viewer/sources/data-source.ts';
import { type LiveOptions, liveSourceBy, postActivations } from '../../../viewer/sources/live.ts';
import { workerSource } from '../../../viewer/sources/worker-source.ts';
import { FakeClock } from '../fake-clock.ts';
import { Channel } from './channel.ts';

const picture = { slice: [], width: 100, height: 100 };

function listenerOf(
  activations: Activations,
): SourceListener & { points: () => void; count: number; warnings: string[] } {
  const warnings: string[] = [];
  return {
    count: 0,
    warnings,
    activations,
    points(points?: unknown) {
      this.count += (points as unknown[]).length;
    },
    progress() {},
    warning: (message: string) => void warnings.push(message),
  };
}

/** Returns its input; counts reads. */
class Layer extends Hookable {
  reads = 0;
  constructor(values: (layer: Layer, t: never) => unknown) {
    const layout = ({ length }: readonly number[]) => (length === 4 ? 'NHWC' : undefined);
    const reader = { ...tensorReader, layout, values: (t: never) => values(this, t) };
    super({ reader: reader as unknown as TensorReader });
  }
  override forward(x: unknown): unknown {
    return x;
  }
}

const counted = () =>
  new Layer((layer, t) => {
    layer.reads++;
    return tensorReader.values(t);
  });

function watch(net: Hookable, options: LiveOptions = {}, only = true) {
  const clock = new FakeClock();
  const activations = new Activations({ only });
  const listener = listenerOf(activations);
  const stop = liveSourceBy(clock, select(net, '*'), options).connect(listener);
  const seen: Activation[] = [];
  return { clock, activations, listener, stop, seen, take: (one: Activation) => void seen.push(one) };
}

class Two extends Hookable {
  readonly a: Layer;
  readonly b: Layer;
  constructor(make: () => Layer) {
    super();
    this.a = make();
    this.b = make();
  }
  override forward(x: unknown): unknown {
    const y = (this.a as (x: unknown) => unknown)(x);
    return (this.b as (x: unknown) => unknown)(y);
  }
}
const run = (net: Two, x: unknown) => (net as (x: unknown) => unknown)(x);

test('without a want nothing is read; with one, only what is wanted', async () => {
  const net = new Two(counted);
  const { clock, activations, seen, take, stop } = watch(net);
  assert.equal([...activations.offers.keys()], ['a', 'b']);
  const x = tensor([
    [1, -2],
    [3, 4],
  ]);
  run(net, x);
  await clock.pass(100);
  assert.equal([net.a.reads, net.b.reads], [0, 0]);

  const subscription = activations.subscribe('live', 'b', take);
  subscription.want(picture);
  run(net, x);
  assert.equal(seen.length, 0, 'the listener is not called inside of a forward');
  await clock.pass(100);
  assert.equal([net.a.reads, net.b.reads], [0, 1]);
  assert.equal(
    seen.map(({ step, shape, cells }) => [step, shape, [...cells]]),
    [[1, [2, 2], [1, -2, 3, 4]]],
  );

  subscription.want(undefined);
  run(net, x);
  await clock.pass(100);
  assert.equal([net.a.reads, net.b.reads, seen.length], [0, 1, 1]);
  stop();
});

test('all wanted layers show the same forward', async () => {
  const net = new Two(counted);
  const { clock, activations, seen, take, stop } = watch(net, { share: 1 });
  for (const tag of ['b', 'a']) activations.subscribe('live', tag, take).want(picture);
  for (let i = 0; i < 60; i++) {
    run(net, tensor([i]));
    await clock.pass(7);
  }
  const values = seen.map(({ cells }) => cells[0]!);
  assert.ok(seen.length >= 40, `${seen.length} activations`);
  for (let i = 0; i < values.length; i += 2) assert.is(values[i], values[i + 1]);
  stop();
});

test('reading stays within the share of the time', async () => {
  let clock: FakeClock | undefined;
  const net = new Two(
    () =>
      new Layer((layer, t) => {
        layer.reads++;
        clock?.spend(5);
        return tensorReader.values(t);
      }),
  );
  const watched = watch(net, { share: 0.1 });
  clock = watched.clock;
  watched.activations.subscribe('live', 'a', watched.take).want(picture);
  for (let i = 0; i < 500; i++) {
    run(net, tensor([i]));
    await clock.pass(4);
  }
  // 10 % of 2 s and of the reading itself, and the bucket held 50 ms.
  assert.ok(5 * net.a.reads > 150 && 5 * net.a.reads <= 285, `${5 * net.a.reads} ms`);
  watched.stop();
});

test('histograms and outputs share the time, and both are shown', async () => {
  let clock: FakeClock | undefined;
  const net = new Two(
    () =>
      new Layer((layer, t) => {
        layer.reads++;
        clock?.spend(1);
        return tensorReader.values(t);
      }),
  );
  const watched = watch(net, { share: 0.1 }, false);
  clock = watched.clock;
  run(net, tensor([0]));
  await clock.pass(1000);
  assert.equal([...watched.activations.offers.keys()], ['a', 'b']);
  watched.activations.subscribe('live', 'a', watched.take).want(picture);
  const before = net.a.reads + net.b.reads;
  const points = watched.listener.count;
  for (let i = 0; i < 500; i++) {
    run(net, tensor([i]));
    await clock.pass(4);
  }
  const spent = net.a.reads + net.b.reads - before;
  assert.ok(spent > 150 && spent <= 310, `${spent} ms`);
  assert.ok(watched.seen.length > 50, `${watched.seen.length} outputs`);
  assert.ok(watched.listener.count - points > 50, `${watched.listener.count - points} histograms`);
  watched.stop();
});

test('one read is in flight: later outputs are skipped until it has arrived', async () => {
  const waiting: (() => void)[] = [];
  const net = new Two(
    () =>
      new Layer(async (layer, t) => {
        layer.reads++;
        await new Promise<void>((resolve) => void waiting.push(resolve));
        return tensorReader.values(t);
      }),
  );
  const { clock, activations, seen, take, stop } = watch(net);
  activations.subscribe('live', 'a', take).want(picture);
  for (let i = 0; i < 10; i++) {
    run(net, tensor([i]));
    await clock.pass(50);
  }
  assert.equal([net.a.reads, seen.length], [1, 0]);
  waiting.pop()!();
  await clock.pass(50);
  assert.equal(
    seen.map(({ cells }) => [...cells]),
    [[0]],
  );
  run(net, tensor([11]));
  assert.is(net.a.reads, 2);
  waiting.pop()!();
  await clock.pass(50);
  assert.is(seen.length, 2);
  stop();
});

test('a want of a module takes the first tensor of its output; each tensor has its own tag', async () => {
  const net = new Two(counted);
  const { clock, activations, seen, take, stop } = watch(net);
  activations.subscribe('live', 'a', take).want(picture);
  activations.subscribe('live', 'a/1', take).want(picture);
  run(net, [tensor([1]), tensor([2])] as never);
  await clock.pass(50);
  assert.equal(
    seen.map(({ cells }) => cells[0]),
    [1, 2],
  );
  stop();
});

test('layout and labels come from the options, or from the reader', async () => {
  const net = new Two(counted);
  const { clock, activations, seen, take, stop } = watch(net, {
    layout: (path) => (path === 'a' ? 'heads' : undefined),
    labels: ({ path }) => (path === 'a' ? ['the', 'cat'] : undefined),
  });
  for (const tag of ['a', 'b']) activations.subscribe('live', tag, take).want(picture);
  run(
    net,
    tensor([
      [
        [1, 2],
        [3, 4],
      ],
    ]),
  );
  await clock.pass(50);
  const tokens = ['the', 'cat'];
  assert.equal(
    seen.map(({ layout, labels }) => [layout, labels]),
    [
      ['heads', { rows: tokens, columns: tokens }],
      [undefined, undefined],
    ],
  );
  stop();
});

test('what the reader says of the axes counts where no option does', async () => {
  const net = new Two(counted);
  const { clock, activations, seen, take, stop } = watch(net, {
    layout: (path) => (path === 'a' ? 'matrix' : undefined),
  });
  for (const tag of ['a', 'b']) activations.subscribe('live', tag, take).want(picture);
  run(net, tensor([[[[1, 2]], [[3, 4]]]]));
  await clock.pass(50);
  assert.equal(
    seen.map(({ layout }) => layout),
    ['matrix', 'NHWC'],
  );
  stop();
});

test('a function that returns nonsense is a warning that says so, and the model goes on', async () => {
  const net = new Two(counted);
  const { clock, activations, listener, seen, take, stop } = watch(net, { layout: () => 'NWHC' as never });
  activations.subscribe('live', 'a', take).want(picture);
  const { setReporter } = await import('../../../src/index.ts');
  setReporter(() => {});
  run(net, tensor([1]));
  await clock.pass(200);
  setReporter();
  assert.is(seen.length, 0);
  assert.match(
    listener.warnings.join(),
    /option "layout" must be a function that returns 'vector'.* got the string "NWHC"/,
  );
  stop();
});

test('options of another kind are refused', () => {
  const selection = select(new Sequential(new Linear(2, 2)), '*');
  const open = (options: object) => () => liveSourceBy(new FakeClock(), selection, options);
  assert.throws(open({ layout: 'NWHC' }), /option "layout" must be one of|must be 'vector'/);
  assert.throws(open({ labels: [1] }), /option "labels" must be an array of strings/);
  assert.throws(open({ labels: { row: [] } }), /option "labels"/);
});

test('a page asks a worker, gets one output at a time, and withdraws', async () => {
  const net = new Sequential(new Linear(3, 2));
  const channel = new Channel();
  const handle = postActivations(channel.worker, select(net, '0'), { layout: 'matrix' });
  const activations = new Activations({ only: true });
  const stop = workerSource(channel.page).connect(listenerOf(activations));
  await channel.settle();
  assert.equal([...activations.offers.keys()], ['0']);
  const seen: Activation[] = [];
  const subscription = activations.subscribe('live', '0', (one) => void seen.push(one));
  subscription.want(picture);
  await channel.settle();
  const y = net(rand(4, 3));
  for (let i = 0; i < 100 && seen.length === 0; i++) await channel.settle();
  assert.equal([...seen[0]!.cells], [...y.data]);
  assert.equal([seen[0]!.shape, seen[0]!.layout], [[4, 2], 'matrix']);
  // A later listener of the same worker gets the offers too.
  const later = new Activations({ only: true });
  const stopLater = workerSource(channel.page).connect(listenerOf(later));
  stopLater();
  subscription.want(undefined);
  await channel.settle();
  net(rand(4, 3));
  for (let i = 0; i < 5; i++) await channel.settle();
  assert.is(seen.length, 1);
  stop();
  handle.remove();
  channel.close();
});

test.run();
