// Hooks that replace values inside a model: errors, overlapping runs, hooks that come and go, and what is left of them.
import ort from 'onnxruntime-node';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createOnnx, explain, type OnnxModel, wrapOnnx } from '../../../adapters/onnx/index.ts';
import {
  inputField,
  integerAttribute,
  integerField,
  joined,
  messageField,
  node,
  textField,
} from '../../../adapters/onnx/write-message.ts';
import { withHooks } from '../../../src/index.ts';
import { rejection } from '../../fixtures/rejection.ts';
import { bytesOf, factsOf, feedsOf, floats, numbersOf, sessionOf, testOfTypes } from './load.ts';

const numbers = (tensor: ort.Tensor | undefined) => numbersOf(tensor!);
const open = (name: string) => createOnnx(ort, bytesOf(name));
const times = (factor: number) => (_module: unknown, _inputs: unknown, output: ort.Tensor) =>
  floats(...numbers(output).map((value) => value * factor));

/** How many sessions were created during `run`, how often they ran, and how many are not released. */
async function counted(run: () => Promise<void>): Promise<{ created: number; runs: number; open: number }> {
  const { InferenceSession } = ort;
  const { create } = InferenceSession;
  const count = { created: 0, runs: 0, open: 0 };
  InferenceSession.create = (async (...given: Parameters<typeof create>) => {
    const session = await create.apply(InferenceSession, given);
    const { run: native, release } = session;
    count.created++;
    count.open++;
    session.run = ((...all: [never, never]) => {
      count.runs++;
      return native.apply(session, all);
    }) as typeof native;
    session.release = () => {
      count.open--;
      return release.call(session);
    };
    return session;
  }) as typeof create;
  try {
    await run();
  } finally {
    InferenceSession.create = create;
  }
  return count;
}

test('the first run goes on after a hook that replaces; later ones are cut there, and explain() says so', async () => {
  const count = await counted(async () => {
    const net = await open('graphs/hidden');
    net.getSubmodule('double').registerForwardHook(times(10));
    const { way, reruns } = explain(net).registrations[0]!;
    assert.equal([way, reruns], ['declare', 0]);
    for (let i = 0; i < 3; i++) assert.equal(numbers((await net({ x: floats(1, 2) })).y), [-20, -40]);
    const { registrations, sessions } = explain(net);
    assert.equal([registrations[0]!.way, registrations[0]!.reruns, sessions], ['cut', 1, 3]);
    await net.release();
  });
  // The whole model; then what is behind the hook; then twice both stages.
  assert.equal(count, { created: 3, runs: 6, open: 0 });
});

testOfTypes(
  'a node of several outputs takes an array; values of every type cross from one stage to the next',
  async () => {
    const net = await open('graphs/split');
    net.getSubmodule<ort.Tensor[]>('halves').registerForwardHook((_module, _inputs, [a, b]) => [b!, a!]);
    for (let i = 0; i < 2; i++) assert.equal(numbers((await net({ x: floats(1, 2, 3, 4) })).y), [2, 2]);
    net.getSubmodule<ort.Tensor[]>('halves').registerForwardHook((_module, _inputs, [a]) => [a!]);
    const { message } = await rejection(net({ x: floats(1, 2, 3, 4) }));
    assert.match(message, /in halves, .*\n.*\n.*\n {2}expected: an array of tensors of types float32, float32/);
    await net.release();

    const types = await open('graphs/types');
    const plain = await types({ x: floats(0, 1, 3) });
    // A hook on the last cast: all others have been computed by then, and cross.
    for (const path of ['to_bool', 'to_float16', 'to_float64', 'to_int64', 'to_uint8', 'to_string']) {
      const point = types.getSubmodule(path);
      const handle = point.registerForwardHook((_module, _inputs, output) => point.keep(output));
      for (let i = 0; i < 2; i++) {
        const { y, text } = await types({ x: floats(0, 1, 3) });
        assert.equal([numbers(y), text!.data], [numbers(plain.y), plain.text!.data], path);
      }
      handle.remove();
    }
    await types.release();
  },
);

/** A model whose value "h" is computed from a sequence, which is read behind it again, and from a bfloat16 value. */
function crossing(): Uint8Array {
  const BFLOAT16 = 16;
  const join = [...integerAttribute('axis', 0), ...integerAttribute('new_axis', 1)];
  const graph = [
    ...node('SplitToSequence', ['x'], 'parts', integerAttribute('keepdims', 0), 'split'),
    ...node('Cast', ['x'], 'narrow', integerAttribute('to', BFLOAT16), 'narrow'),
    ...node('Cast', ['narrow'], 'wide', integerAttribute('to', 1), 'wide'),
    ...node('ConcatFromSequence', ['parts'], 'a', join, 'join'),
    ...node('Add', ['a', 'wide'], 'h', [], 'add'),
    ...node('ConcatFromSequence', ['parts'], 'b', join, 'again'),
    ...node('Cast', ['narrow'], 'c', integerAttribute('to', 1), 'more'),
    ...node('Sub', ['h', 'b'], 'd', [], 'sub'),
    ...node('Add', ['d', 'c'], 'y', [], 'sum'),
    ...textField(2, 'crossing'),
    ...inputField('x', 1, [undefined]),
    ...messageField(12, textField(1, 'y')),
    ...messageField(13, [...textField(1, 'narrow'), ...messageField(2, messageField(1, integerField(1, BFLOAT16)))]),
  ];
  const opset = messageField(8, [...textField(1, ''), ...integerField(2, 20)]);
  return joined([...integerField(1, 9), ...messageField(7, graph), ...opset]);
}

testOfTypes('sequences and bfloat16 values cannot cross: the next stage computes them again', async () => {
  const net = await createOnnx(ort, crossing());
  assert.equal(numbers((await net({ x: floats(1, 2) })).y), [2, 4]);
  net.getSubmodule('add').registerForwardHook(times(10));
  for (let i = 0; i < 2; i++) assert.equal(numbers((await net({ x: floats(1, 2) })).y), [20, 40]);
  assert.is(explain(net).registrations[0]!.way, 'cut');
  await net.release();
});

test('a replacement that the rest of the graph does not take: the error names the module and both shapes', async () => {
  const net = await open('mlp.legacy');
  net.getSubmodule('fc1').registerForwardHook(() => new ort.Tensor('float32', new Float32Array(6), [3, 2]));
  for (let i = 0; i < 2; i++) {
    const { message } = await rejection(net(feedsOf(factsOf('mlp'))));
    assert.match(
      message,
      /^the run failed after a hook that has replaced\n {2}the output of fc1, by \(anonymous\): \[3, 2\] instead of \[3, 7\]\n/,
    );
  }
  await net.release();
});

test('a hook that throws in the middle of a run fails that run alone; one that hangs holds no other run', async () => {
  const net = await open('mlp.legacy');
  const feeds = feedsOf(factsOf('mlp'));
  const plain = numbers((await net(feeds)).y);
  let call = 0;
  net.getSubmodule('fc1').registerForwardHook((_module, _inputs, output) => net.getSubmodule('fc1').keep(output));
  net.getSubmodule('fc2').registerForwardHook(() => {
    if (call++ === 1) throw new Error('on purpose');
  });
  assert.equal(numbers((await net(feeds)).y), plain);
  assert.match((await rejection(net(feeds))).message, /on purpose/);
  assert.equal(numbers((await net(feeds)).y), plain);
  let settle = () => {};
  const hanging = net.getSubmodule('act').registerForwardHook(
    () =>
      new Promise<undefined>((resolve) => {
        settle = () => resolve(undefined);
      }),
  );
  const held = net(feeds);
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setTimeout(resolve));
  hanging.remove();
  assert.equal(numbers((await net(feeds)).y), plain, 'other runs go on');
  let released = false;
  const releasing = net.release().then(() => {
    released = true;
  });
  assert.match((await rejection(net(feeds))).message, /cannot be called: it has been released/);
  assert.is(released, false, 'release() waits for the run');
  settle();
  assert.equal(numbers((await held).y), plain);
  await releasing;
});

test('a hook that removes another one: that one does not run in this run, and the next is not cut there', async () => {
  const net = await open('graphs/hidden');
  const later = net.getSubmodule('neg').registerForwardHook(times(100));
  net.getSubmodule('double').registerForwardHook((_module, _inputs, output) => {
    later.remove();
    return times(10)(_module, _inputs, output);
  });
  for (let i = 0; i < 2; i++) assert.equal(numbers((await net({ x: floats(1) })).y), [-20]);
  await net.release();
});

test('fifty overlapping runs, each with the hooks that were there when it began', async () => {
  const net = await open('graphs/hidden');
  net.getSubmodule('double').registerForwardHook(async (module, inputs, output, call) => {
    for (let i = 0; i < call % 5; i++) await Promise.resolve();
    return times(10)(module, inputs, output);
  });
  const results = Array.from({ length: 50 }, async (_, i) => {
    if (i === 20) net.getSubmodule('neg').registerForwardPreHook((_module, [x]) => times(3)(_module, [], x!));
    return numbers((await net({ x: floats(i) })).y);
  });
  assert.equal(
    await Promise.all(results),
    Array.from({ length: 50 }, (_, i) => [0 - 20 * i * (i < 20 ? 1 : 3)]),
  );
  await net.release();
});

test('two wrapped sessions of one file do not affect each other', async () => {
  const bytes = bytesOf('graphs/hidden');
  // One after the other: on WebGPU, the runtime creates one at a time.
  const sessions = [await sessionOf(bytes), await sessionOf(bytes)];
  const nets = await Promise.all(sessions.map((session) => wrapOnnx(session, bytes)));
  nets[0]!.getSubmodule('double').registerForwardHook(times(10) as never);
  nets[1]!.getSubmodule('double').registerForwardHook(times(-1) as never);
  for (let i = 0; i < 2; i++) {
    const results = await Promise.all(sessions.map((session) => session.run({ x: floats(1) })));
    assert.equal(
      results.map(({ y }) => numbers(y)),
      [[-20], [2]],
    );
  }
  for (const net of nets) await net.release();
});

test('tensors of another copy of the runtime are taken as replacements', async () => {
  const net = await open('graphs/hidden');
  // Another copy has another class.
  class Tensor {
    readonly type = 'float32';
    readonly location = 'cpu';
    readonly dims = [2];
    readonly data = Float32Array.of(5, 6);
  }
  net.getSubmodule('double').registerForwardHook(() => new Tensor() as unknown as ort.Tensor);
  for (let i = 0; i < 2; i++) assert.equal(numbers((await net({ x: floats(1, 2) })).y), [-5, -6]);
  await net.release();
});

test('hooks around each run create their sessions once', async () => {
  const feeds = feedsOf(factsOf('encoder'));
  const count = await counted(async () => {
    const net: OnnxModel<ort.Tensor> = await open('encoder.legacy');
    const layer = net.getSubmodule('encoder.layers.0');
    const once = () =>
      withHooks(
        () => layer.registerForwardHook((_module, _inputs, output) => layer.keep(output)),
        () => net(feeds),
      );
    for (let i = 0; i < 10; i++) await once();
    await net.release();
  });
  // Nothing but the value itself crosses to what is behind the layer.
  assert.equal(count, { created: 3, runs: 2 + 2 * 9, open: 0 });
});

test.run();
