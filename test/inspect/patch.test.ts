import * as tf from '@tensorflow/tfjs';
import ort from 'onnxruntime-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createOnnx, explain } from '../../adapters/onnx/index.ts';
import { wrapTfjs } from '../../adapters/tfjs/index.ts';
import {
  attach,
  Identity,
  Linear,
  listHooks,
  Module,
  ReLU,
  rand,
  Sequential,
  select,
  type Tensor,
  tensor,
  tensorReader,
  withHooks,
  zeros,
} from '../../src/index.ts';
import { capture, patch, skip } from '../../src/inspect/index.ts';
import { bytesOf, factsOf, feedsOf, numbersOf } from '../adapters/onnx/load.ts';
import { dense } from '../adapters/tfjs/models.ts';
import { leaked, numbers } from '../adapters/tfjs/tensors.ts';

class Net extends Module {
  a: Linear = new Linear(3, 4);
  act: ReLU = new ReLU();
  b: Linear = new Linear(4, 4);
  c: Linear = new Linear(4, 2);
  override forward(x: Tensor): Tensor {
    return this.c(this.b(this.b(this.act(this.a(x)))));
  }
}

test('patches of several modules run in the order of their registration, and end with their scope', () => {
  const net = new Net();
  const x = rand(2, 3);
  const before = net(x).data;
  const seen = withHooks(
    () => {
      patch(select(net, ['a', 'act']), { scale: 2 });
      patch(net.act, { add: 1 });
      patch(net.act, { clamp: [0, 3] });
      net.c.registerForwardHook(() => undefined);
    },
    () => {
      const outputs: Float32Array[] = [];
      const handle = net.act.observe(({ output }) => outputs.push(output.data as Float32Array));
      net(x);
      handle.remove();
      return outputs[0]!;
    },
  );
  const plain = net.a(x).data;
  const expected = Float32Array.from(plain, (v) => Math.min(3, Math.max(0, 2 * v) * 2 + 1));
  assert.equal(seen, expected);
  assert.equal(net(x).data, before);
  assert.equal(listHooks(net), []);
  // An edit is what an adapter may compile; `kind` says so.
  const handle = patch(net.act, { zero: true });
  assert.equal(
    listHooks(net).map(({ kind, path }) => [path, kind]),
    [['act', 'edit']],
  );
  handle.remove();
});

test('values of another run replace an output call by call, whole or at some indices', async () => {
  const net = new Net();
  const [clean, corrupted] = [rand(2, 3), rand(2, 3)];
  const captured = await capture(net, [clean], ['a', 'b']);
  const right = net(clean).data;
  const output = withHooks(
    () => patch(select(net, 'a'), { from: captured }),
    () => net(corrupted),
  );
  assert.equal(output.data, right);
  // Each call of the shared module has its own value.
  const seen = withHooks(
    () => patch(select(net, 'b'), { from: captured }),
    () => capture(net, [corrupted], 'b'),
  );
  assert.equal(
    (await seen).calls('b').map(({ value }) => value.data),
    captured.calls('b').map(({ value }) => value.data),
  );
  // Unit 1 alone.
  const mixed = await withHooks(
    () => patch(select(net, 'a'), { from: captured, axis: -1, indices: [1, -1] }),
    () => capture(net, [corrupted], 'a'),
  );
  const [one, other] = [net.a(corrupted).data, net.a(clean).data];
  assert.equal(
    mixed.value('a').data,
    Float32Array.from(one, (v, i) => (i % 4 === 1 || i % 4 === 3 ? other[i]! : v)),
  );
});

test('noise has its standard deviation, and is the same for the same seed', () => {
  const layers = new Sequential(new Identity(), new Identity());
  const noisy = (seed: number) =>
    withHooks(
      () => patch(select(layers, ['0', '1']), { noise: 0.5, seed }),
      () => [layers(zeros(100, 100)), layers(zeros(100, 100))],
    ) as Tensor[];
  const [first, second] = noisy(3);
  // Two modules add noise: the variances add up.
  const mean = first!.data.reduce((sum, v) => sum + v, 0) / 1e4;
  const variance = first!.data.reduce((sum, v) => sum + v * v, 0) / 1e4;
  assert.ok(Math.abs(mean) < 0.03, `${mean}`);
  assert.ok(Math.abs(variance - 0.5) < 0.03, `${variance}`);
  assert.not.equal(first!.data, second!.data);
  assert.equal(noisy(3)[0]!.data, first!.data);
  assert.not.equal(noisy(4)[0]!.data, first!.data);
});

test('a part of an output is patched by its index or path, and nothing else changes', () => {
  const part = rand(2);
  const model = {
    run: (x: Tensor) => ({ hidden_states: [x, x, new Map([['last', x]])], logits: part, text: 'text' }),
  };
  const net = attach(model, 'run', { reader: tensorReader });
  const x = tensor([1, 2]);
  const output = withHooks(
    () => {
      patch(net, { scale: 3 }, { at: 'hidden_states.1' });
      patch(net, { add: 1 }, { at: 'hidden_states.2.last' });
      patch(net, { noise: 0, seed: 1 }, { at: 'logits' });
    },
    () => model.run(x),
  );
  const [zero, one, map] = output.hidden_states as [Tensor, Tensor, Map<string, Tensor>];
  assert.is(zero, x);
  assert.equal([...one.data], [3, 6]);
  assert.equal([...map.get('last')!.data], [2, 3]);
  assert.equal(output.logits.data, part.data);
  assert.is(output.text, 'text');
  const fails = (at: number | string, message: RegExp) => {
    assert.throws(
      () =>
        withHooks(
          () => patch(net, { scale: 3 }, { at }),
          () => model.run(x),
        ),
      message,
    );
    assert.equal(listHooks(net), []);
  };
  fails('hidden_states.7', /patch\(\) needs a tensor at "hidden_states\.7"[\s\S]*nearest: hidden_states\.0, /);
  fails('text', /got: the string "text"|got: "text"/);
  assert.throws(
    () =>
      withHooks(
        () => patch(net, { noise: 1, seed: 1 }),
        () => model.run(x),
      ),
    /one tensor as the output, or the option at/,
  );
});

test('at: 0 is the first of an array', () => {
  const model = { run: (x: Tensor): [Tensor, Tensor] => [x, x] };
  const net = attach(model, 'run', { reader: tensorReader });
  const [first, second] = withHooks(
    () => patch(net, { scale: 3 }, { at: 0 }),
    () => model.run(tensor([1, 2])),
  );
  assert.equal(
    [[...first.data], [...second.data]],
    [
      [3, 6],
      [1, 2],
    ],
  );
});

test('skip gives the input of a module as its output', () => {
  const net = new Net();
  const x = rand(2, 3);
  const output = withHooks(
    () => skip(select(net, ['act', 'b'])),
    () => net(x),
  );
  assert.equal(output.data, net.c(net.a(x)).data);
  assert.throws(
    () =>
      withHooks(
        () => skip(net.a),
        () => net(x),
      ),
    /skip\(\) must not change the shape[\s\S]*\[2, 3\][\s\S]*\[2, 4\]/,
  );
  assert.equal(listHooks(net), []);
});

test('wrong patches are errors with nothing registered; those that do not fit are errors of the call', async () => {
  const net = new Net();
  const all = select(net, '*');
  const captured = await capture(net, [rand(2, 3)], ['a', 'c']);
  const refuses = (edit: object, message: RegExp, options = {}) => {
    assert.throws(() => patch(all, edit as never, options), message);
    assert.equal(listHooks(net), []);
  };
  refuses({ noise: -1, seed: 1 }, /option "noise" must be a number of at least 0/);
  refuses({ noise: 1 }, /seed must be a whole number, got undefined/);
  refuses({ from: {} }, /from must be what capture\(\) gives, got an Object/);
  refuses({ from: captured }, /"act" was not captured/);
  refuses({ from: captured, axis: 1 }, /axis and indices go together/);
  const keys = 'add, scale, clamp, zero, replace, keep, ablate, blend, noise, from';
  for (const [wrong, came] of [
    [{ sclae: 2 }, 'sclae\n  "sclae" is unknown, nearest: scale'],
    [{}, 'nothing'],
    [{ add: 1, scale: 2 }, 'add, scale'],
  ] as const) {
    refuses(
      wrong,
      new RegExp(`^patch\\(\\): the patch must be an object with one of ${keys}, got an object with ${came}$`),
    );
    refuses(wrong, /^patch\(\): the patch must be an object with one of/, { at: 0 });
  }
  refuses(null as never, /^patch\(\): the patch must be an object with one of add, .*, from, got null$/);
  refuses({ add: 'x' }, /^patch\(\) of a: add must be a number, an array of numbers or a tensor, got the string "x"$/);
  refuses({ scale: 2 }, /option "at" must be an index, or a path/, { at: -1 });
  refuses({ scale: 2 }, /unknown option "where"/, { where: 1 });
  assert.throws(
    () => patch(net.a.weight as never, { scale: 2 }),
    /the first argument must be a module, or what select\(\) gives/,
  );
  const throwsInside = (edit: object, message: RegExp) =>
    assert.throws(
      () =>
        withHooks(
          () => patch(select(net, 'a'), edit as never),
          () => net(rand(5, 3)),
        ),
      message,
    );
  throwsInside(
    { from: captured },
    /patch\(\) must not change the shape\n {2}in .*\n {2}got: \[2, 4\]\n {2}expected: \[5, 4\]/,
  );
  throwsInside({ add: [1, 2] }, /an edit must not change the shape/);
  assert.equal(listHooks(net), []);
});

test('in tfjs edits, noise, captured values and skip work, and leak nothing', async () => {
  const model = dense(4, 3, 3, 2);
  const net = wrapTfjs(tf, model);
  const [clean, corrupted] = [numbers([2, 4], 1), numbers([2, 4], 2)];
  const right = (model.predict(clean) as tf.Tensor).dataSync();
  assert.is(
    await leaked(async () => {
      const captured = await capture(net, () => tf.tidy(() => void model.predict(clean)), 'dense_0');
      const run = (register: () => unknown) =>
        withHooks(register, () => tf.tidy(() => (model.predict(corrupted) as tf.Tensor).dataSync()));
      assert.equal(
        run(() => patch(select(net, 'dense_0'), { from: captured })),
        right,
      );
      // Its values are still there.
      assert.equal(
        run(() => patch(select(net, 'dense_0'), { from: captured })),
        right,
      );
      run(() => patch(select(net, 'dense_*'), { noise: 1, seed: 2 }));
      run(() => skip(select(net, 'dense_1')));
      run(() => patch(select(net, 'dense_1'), { scale: 2 }));
      // Neither the edit nor a call makes a copy of its tensor.
      const value = captured.value('dense_0');
      const handle = patch(select(net, 'dense_0'), { replace: value });
      const before = tf.memory().numTensors;
      for (let i = 0; i < 3; i++) run(() => undefined);
      assert.is(tf.memory().numTensors, before);
      handle.remove();
      captured.dispose();
    }),
    0,
  );
  assert.equal(listHooks(net), []);
});

test('in ONNX Runtime an edit is compiled into the graph, and captured values replace a module', async () => {
  const facts = factsOf('mlp');
  const net = await createOnnx(ort, bytesOf('mlp.legacy'));
  try {
    const feeds = feedsOf(facts);
    const clean = await capture(net, [feeds], 'fc1');
    const right = numbersOf(Object.values(await net(feeds))[0]!);
    const corrupted = {
      x: new ort.Tensor(
        'float32',
        Float32Array.from(feeds.x!.data as Float32Array, (v) => -2 * v),
        feeds.x!.dims,
      ),
    };
    const wrong = numbersOf(Object.values(await net(corrupted))[0]!);
    const output = await withHooks(
      () => patch(select(net, 'fc1'), { from: clean }),
      () => net(corrupted),
    );
    const patched = numbersOf(Object.values(output)[0]!);
    assert.ok(patched.every((v, i) => Math.abs(v - right[i]!) < 1e-5));
    assert.not.ok(wrong.every((v, i) => Math.abs(v - right[i]!) < 1e-2));
    const handle = patch(select(net, 'fc1'), { scale: 2 });
    await net(feeds);
    assert.equal(
      explain(net).registrations.map(({ kind }) => kind),
      ['edit'],
    );
    handle.remove();
    assert.equal(listHooks(net), []);
  } finally {
    await net.release();
  }
});

test.run();
