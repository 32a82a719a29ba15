// What a guard finds, and how it tells, on every framework.
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
  listHooks,
  Sequential,
  setReporter,
  tensor,
  tensorReader,
} from '../../src/index.ts';
import { GuardError, type GuardOptions, guard } from '../../src/inspect/index.ts';
import { bytesOf } from '../adapters/onnx/load.ts';
import { leaked } from '../adapters/tfjs/tensors.ts';
import { rejection } from '../fixtures/rejection.ts';

interface Subject {
  readonly net: Hookable;
  /** Runs the model: some module inside gives this value, or its negative. */
  readonly run: (value: number) => unknown;
  readonly end?: () => unknown;
}

function linear(): Subject {
  const model = tf.sequential({
    layers: [
      tf.layers.activation({ activation: 'linear', inputShape: [2], name: 'first' }),
      tf.layers.activation({ activation: 'linear', name: 'second' }),
    ],
  });
  return { net: wrapTfjs(tf, model), run: (value) => tf.tidy(() => void model.predict(tf.tensor([[0, value]]))) };
}

async function negative(): Promise<Subject> {
  // y = fc2(relu(fc1(x))), of which fc1 gives the value times a weight.
  const net = await createOnnx(ort, bytesOf('mlp.legacy'));
  const run = (value: number) => net({ x: new ort.Tensor('float32', new Float32Array(15).fill(value), [3, 5]) });
  return { net, run, end: () => net.release() };
}

const SUBJECTS: Readonly<Record<string, () => Subject | Promise<Subject>>> = {
  'the core': () => {
    const net = new Sequential(new Identity(), new Identity());
    return { net, run: (value) => net(tensor([0, value])) };
  },
  'an attached method': () => {
    const model = { run: (x: number) => tensor([0, x]) };
    return { net: attach(model, 'run', { reader: tensorReader }), run: (value) => model.run(value) };
  },
  'an asynchronous method': () => {
    const model = { run: async (x: number) => tensor([0, x]) };
    return { net: attach(model, 'run', { reader: tensorReader, async: true }), run: (value) => model.run(value) };
  },
  tfjs: linear,
  'ONNX Runtime': negative,
};

const CASES: readonly (readonly [what: string, value: number, why: RegExp, options?: GuardOptions])[] = [
  ['NaN', Number.NaN, / values are NaN$/],
  ['infinity', Number.POSITIVE_INFINITY, / values are (infinite|-Infinity|NaN)/],
  ['float16 overflow', 1e6, /^float16 cannot hold its values, which are from /, { float16: true }],
  [
    'a condition',
    1000,
    /^too large$/,
    { condition: ({ statistics: { min, max } }) => Math.max(-min, max) > 100 && 'too large' },
  ],
];

for (const [name, make] of Object.entries(SUBJECTS)) {
  test(`${name}: NaN, infinities, float16 overflow and conditions, reported and thrown`, async () => {
    const { net, run, end } = await make();
    for (const [what, value, why, options] of CASES) {
      const reports: Error[] = [];
      setReporter((error) => reports.push(error as Error));
      const reported = guard(net, options);
      await run(0.5);
      assert.is(reported.finding, undefined, what);
      await run(value);
      setReporter(undefined);
      assert.equal(
        reports.map((error) => error.name),
        ['GuardError'],
        what,
      );
      assert.match(reported.finding!.why, why);
      // The run before it.
      assert.ok(reported.finding!.history.get(reported.finding!.path)!.length > 0, what);
      assert.equal(listHooks(net), []);

      const thrown = guard(net, { ...options, action: 'throw' });
      await run(0.5);
      const error = await rejection((async () => run(value))());
      assert.ok(error instanceof GuardError || (error.cause as Error) instanceof GuardError, `${what}: ${error}`);
      assert.match(thrown.finding!.why, why);
      assert.equal(listHooks(net), []);
      // The model goes on.
      await run(0.5);
    }
    await end?.();
  });
}

test('in tfjs nothing is leaked, found or thrown', async () => {
  const { net, run } = linear();
  assert.is(
    await leaked(async () => {
      guard(net, { action: 'throw' });
      await rejection((async () => run(Number.NaN))());
      guard(net, { onFound: () => {} });
      run(Number.NaN);
    }),
    0,
  );
});

test.run();
