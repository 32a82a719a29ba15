// Random programs: whatever a tool does, returned, thrown or abandoned, the hooks that others registered are as they were.
import * as tf from '@tensorflow/tfjs';
import ort from 'onnxruntime-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createOnnx } from '../../adapters/onnx/index.ts';
import { wrapTfjs } from '../../adapters/tfjs/index.ts';
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
  tensorReader,
  withHooks,
} from '../../src/index.ts';
import {
  capture,
  compare,
  deadUnits,
  guard,
  patch,
  profile,
  record,
  saturation,
  skip,
  summary,
} from '../../src/inspect/index.ts';
import { bytesOf, factsOf, feedsOf } from '../adapters/onnx/load.ts';
import { dense } from '../adapters/tfjs/models.ts';
import { numbers } from '../adapters/tfjs/tensors.ts';
import { hookNames } from './hook-names.ts';
import { generator } from './random.ts';

interface Subject {
  readonly net: Hookable;
  /** Paths that can be hooked in every way. */
  readonly paths: readonly string[];
  readonly run: () => unknown;
}

/** Runs a random tool in a random way. */
async function program({ net, paths, run }: Subject, random: (below: number) => number): Promise<string> {
  const path = paths[random(paths.length)]!;
  const way = random(4);
  const controller = new AbortController();
  const { signal } = controller;
  const inputs = () => {
    if (way === 0) return run();
    // Thrown by the program, or by a module in the middle of a run.
    if (way === 1) throw new Error('before');
    if (way === 2) {
      return withHooks(() => {
        net.getSubmodule(path).registerForwardHook(() => {
          throw new Error('inside');
        });
      }, run);
    }
    // Hangs, and is abandoned.
    setImmediate(() => controller.abort(new Error('abandoned')));
    return new Promise(() => {});
  };
  const tools: readonly (() => unknown)[] = [
    async () => (await capture(net, inputs, path, { signal, ...(random(2) === 0 && { stopAt: path }) })).dispose(),
    async () => (await capture(net, inputs, path, { signal, limit: random(50), last: 1 })).dispose(),
    () => capture(net, inputs, path, { signal, take: 'statistics' }),
    () => summary(net, inputs, { signal }),
    () => profile(net, inputs, { signal, runs: 1 }),
    () => record(net, inputs, { signal, select: path }),
    async () => compare(net, await record(net, run), inputs, { signal }),
    () => compare(net, net, inputs, { signal }),
    () => saturation(net, inputs, path, { signal }),
    () => deadUnits(net, inputs, path, { signal, axis: random(3) }),
    () => withHooks(() => patch(select(net, path), { scale: 2 }), run),
    () => withHooks(() => patch(select(net, path), { noise: 1, seed: random(9) }), run),
    () => withHooks(() => patch(select(net, [path, ...paths]), { add: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] }), run),
    () => withHooks(() => skip(select(net, path)), run),
    async () => {
      const guarded = guard(net, { condition: () => random(3) === 0, action: random(2) === 0 ? 'throw' : 'report' });
      try {
        await inputs();
      } finally {
        guarded.remove();
      }
    },
  ];
  const chosen = random(tools.length);
  // A guard has no signal to give up a run that hangs, and the others below never hang.
  if (chosen === tools.length - 1 && way === 3) return 'nothing';
  try {
    await tools[chosen]!();
    return `${chosen} returned`;
  } catch {
    return `${chosen} threw`;
  }
}

async function holds(subject: Subject, programs: number, seed: number): Promise<void> {
  const random = generator(seed);
  const { net, paths } = subject;
  const handles = paths.map((path) => net.getSubmodule(path).observe(() => {}));
  const before = hookNames(net);
  assert.is(before.length, paths.length);
  setReporter(() => {});
  const outcomes = new Set<string>();
  try {
    for (let i = 0; i < programs; i++) {
      const outcome = await program(subject, random);
      outcomes.add(outcome);
      assert.equal(hookNames(net), before, `program ${i} of seed ${seed}: ${outcome}`);
    }
  } finally {
    setReporter(undefined);
  }
  assert.ok(outcomes.size > 10, `only ${[...outcomes].join(', ')}`);
  for (const handle of handles) handle.remove();
  assert.equal(listHooks(net), []);
}

test('in the core', () => {
  const net = new Sequential(new Linear(4, 4), new ReLU(), new Sequential(new Linear(4, 3), new ReLU()));
  return holds({ net, paths: ['0', '1', '2', '2.0', '2.1'], run: () => net(rand(2, 4)) }, 400, 1);
});

/** Gives other values in each call. */
class Noise extends Module {
  override forward(x: Tensor): Tensor {
    return x.map((value) => value + Math.random());
  }
}

class Throwing extends Module {
  override forward(_x: Tensor): Tensor {
    throw new Error('planted');
  }
}

class Endless extends Module {
  static override readonly async: boolean = true;
  override forward(_x: Tensor): Promise<Tensor> {
    return new Promise(() => {});
  }
}

/** Awaits each of its modules. */
class Chain extends Module {
  static override readonly async: boolean = true;
  parts: Hookable[];
  constructor(parts: Hookable[]) {
    super();
    this.parts = parts;
  }
  override async forward(x: Tensor): Promise<Tensor> {
    let y: unknown = x;
    for (const part of this.parts) y = await part(y);
    return y as Tensor;
  }
}

test('in chains that are random, throw in the middle or never end', async () => {
  const kinds = [ReLU, Noise, Throwing, Endless, Identity];
  const random = generator(11);
  const outcomes = new Set<string>();
  for (let made = 0; made < 60; made++) {
    const parts = Array.from({ length: 1 + random(4) }, () => new kinds[random(kinds.length)]!());
    const net = new Chain(parts);
    const isEndless = parts.some((part) => part instanceof Endless);
    const paths = parts.map((_, i) => `parts.${i}`);
    const handles = paths.map((path) => net.getSubmodule(path).registerForwardHook(() => undefined));
    const before = hookNames(net);
    // What never ends is always given up; a patch has no signal, and so the run of a program has one.
    const run = () => {
      const ended = net(rand(3));
      if (!isEndless) return ended;
      return Promise.race([ended, new Promise((_, reject) => setImmediate(() => reject(new Error('given up'))))]);
    };
    setReporter(() => {});
    for (let i = 0; i < 4; i++) {
      const outcome = await program({ net, paths, run }, random);
      outcomes.add(outcome);
      assert.equal(hookNames(net), before, `${parts.map(String)}: ${outcome}`);
    }
    setReporter(undefined);
    for (const handle of handles) handle.remove();
    assert.equal(listHooks(net), []);
  }
  assert.ok(outcomes.size > 20, [...outcomes].join(', '));
});

test('on attached methods, synchronous and not', async () => {
  for (const isAsync of [false, true]) {
    const net = new Linear(3, 3);
    const [inner, last] = [{ call: (x: unknown) => net(x as never) }, { call: (x: unknown) => net(x as never) }];
    const options = { reader: tensorReader, async: isAsync } as const;
    const children: [string, Hookable][] = [
      ['inner', attach(inner, 'call', options)],
      ['last', attach(last, 'call', options)],
    ];
    const model = {
      call: isAsync
        ? async (x: unknown) => last.call(await inner.call(x))
        : (x: unknown): unknown => last.call(inner.call(x)),
    };
    const root = attach(model, 'call', { ...options, children: () => children });
    await holds({ net: root, paths: ['inner', 'last'], run: () => model.call(rand(2, 3)) }, 300, 2 + Number(isAsync));
  }
});

test('in tfjs', async () => {
  const model = dense(4, 3, 3, 2);
  const net = wrapTfjs(tf, model);
  const x = numbers([2, 4]);
  await holds(
    { net, paths: ['dense_0', 'dense_1', 'dense_2'], run: () => tf.tidy(() => void model.predict(x)) },
    200,
    4,
  );
});

test('in ONNX Runtime', async () => {
  const net = await createOnnx(ort, bytesOf('mlp.legacy'));
  try {
    const feeds = feedsOf(factsOf('mlp'));
    await holds({ net, paths: ['fc1', 'fc2', 'fc3'], run: () => net(feeds) }, 60, 5);
  } finally {
    await net.release();
  }
});

test.run();
