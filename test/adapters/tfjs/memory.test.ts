// Whatever hooks return, keep or throw, no tensor is left behind or freed too early.
import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { type TfjsLayer, wrapTfjs } from '../../../adapters/tfjs/index.ts';
import { registerEdit } from '../../../src/adapter.ts';
import { select } from '../../../src/index.ts';
import { onEachBackend } from './backends.ts';
import * as models from './models.ts';
import { leaked, numbers, one, same } from './tensors.ts';

type Layer = TfjsLayer<tf.Tensor>;

/** Every way to run a model without changing it. */
const runs: Record<string, (model: tf.LayersModel, x: tf.Tensor) => tf.Tensor | tf.Tensor[] | tf.Scalar | tf.Scalar[]> =
  {
    predict: (model, x) => model.predict(x),
    'predict in batches': (model, x) => model.predict(x, { batchSize: 1 }),
    predictOnBatch: (model, x) => model.predictOnBatch(x),
    apply: (model, x) => model.apply(x) as tf.Tensor,
    execute: (model, x) => model.execute(x, (model.layers.at(-1)!.output as tf.SymbolicTensor).name),
    evaluate: (model, x) => model.evaluate(x, tf.zeros([x.shape[0]!, 2])),
  };

/** Things that a hook may do. */
const hooks: Record<
  string,
  (keepers: tf.Tensor[]) => (layer: Layer, inputs: readonly unknown[], output: tf.Tensor) => unknown
> = {
  'returns nothing': () => () => undefined,
  'returns its output': () => (_layer, _inputs, output) => output,
  'returns its input': () => (_layer, inputs) => inputs[0],
  'returns a new tensor': () => (_layer, _inputs, output) => output.mul(2),
  'returns a clone': () => (_layer, _inputs, output) => output.clone(),
  'returns a tensor that it keeps': (keepers) => (_layer, _inputs, output) => {
    keepers[0] ??= tf.keep(tf.onesLike(output));
    return keepers[0];
  },
  'returns a variable': (keepers) => {
    keepers[0] ??= tf.variable(tf.ones([2, 4]));
    return () => keepers[0];
  },
  'makes tensors and drops them': () => (_layer, _inputs, output) => {
    output.add(1).square().sum();
  },
  'makes tensors inside a tidy': () => (_layer, _inputs, output) => tf.tidy(() => output.add(1).square()),
  throws: () => (_layer, _inputs, output) => {
    output.add(1);
    throw new Error('thrown by the hook');
  },
};

/** A model without weights, of any width. */
const rectifier = () => tf.sequential({ layers: [tf.layers.reLU({ inputShape: [null] })] });

onEachBackend('memory', (test) => {
  for (const [what, makeHook] of Object.entries(hooks)) {
    for (const nested of [0, 2]) {
      test(`a hook that ${what} leaves nothing behind${nested ? ', inside tidies' : ''}`, async () => {
        const model = models.dense(4, 4, 4, 2);
        model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
        const x = numbers([2, 4]);
        // The loss and the optimizer create tensors on first use, and keep them.
        for (const run of Object.values(runs)) tf.dispose(run(model, x));
        const keepers: tf.Tensor[] = [];
        const net = wrapTfjs(tf, model);
        for (const name of ['dense_0', 'dense_1']) {
          net.getSubmodule(name).registerForwardHook(makeHook(keepers) as never);
        }
        for (const [name, run] of Object.entries(runs)) {
          // The first run creates the tensors that are kept.
          for (const counted of [false, true]) {
            const left = await leaked(() => {
              const again = () => {
                try {
                  tf.dispose(run(model, x));
                } catch (error) {
                  assert.is((error as Error).message, 'thrown by the hook');
                }
              };
              if (nested === 0) again();
              else tf.tidy(() => void tf.tidy(again));
            });
            // The `zeros` of evaluate, outside of a tidy.
            const own = name === 'evaluate' && nested === 0 ? 1 : 0;
            if (counted) assert.is(left, own, name);
          }
        }
        for (const keeper of keepers) assert.not(keeper.isDisposed);
        // The same result twice: nothing that is used again was freed.
        if (what !== 'throws') {
          const first = one(model.predict(x)).dataSync();
          same(model.predict(x), first);
        }
      });
    }
  }

  const observers: Record<string, (layer: Layer, output: tf.Tensor, keepers: tf.Tensor[]) => unknown> = {
    'makes tensors': (_layer, output) => void output.add(1).square().sum(),
    'keeps one': (layer, output, keepers) => keepers.push(layer.keep(output)),
    'makes tensors in a tidy and takes one out': (_layer, output) => void tf.tidy(() => output.add(1).square()),
    'throws, with tensors made': (_layer, output) => {
      output.add(1);
      throw new Error('thrown by the observer');
    },
    'runs another model': (_layer, output) => void rectifier().predict(output),
  };
  for (const [what, observe] of Object.entries(observers)) {
    test(`an observer that ${what} leaves nothing behind`, async () => {
      const model = models.dense(4, 4, 4, 2);
      model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
      const x = numbers([2, 4]);
      for (const run of Object.values(runs)) tf.dispose(run(model, x));
      const plain = [...one(model.predict(x)).dataSync()];
      const net = wrapTfjs(tf, model);
      const keepers: tf.Tensor[] = [];
      let calls = 0;
      for (const [, module] of select(net, () => true)) {
        const layer = module as Layer;
        layer.observe(
          ({ output }) => {
            calls++;
            observe(layer, output, keepers);
          },
          { reporter: () => {} },
        );
      }
      for (const [name, run] of Object.entries(runs)) {
        for (const nested of [false, true]) {
          keepers.length = 0;
          const left = await leaked(() => {
            if (nested) tf.tidy(() => void tf.tidy(() => tf.dispose(run(model, x))));
            else tf.dispose(run(model, x));
          });
          const own = name === 'evaluate' && !nested ? 1 : 0;
          assert.is(left, own + keepers.length, `${name}${nested ? ' in tidies' : ''}`);
          for (const keeper of keepers) keeper.dispose();
        }
      }
      // An observer is removed after three errors in a row. Otherwise four modules fire in each run; twice in batches, and
      // without the model itself in execute: (4 + 8 + 4 + 4 + 3 + 4) * 2.
      assert.is(calls, what.startsWith('throws') ? 4 * 3 : 54);
      same(model.predict(x), plain);
    });
  }

  test('a pre-hook may return a constant that it keeps to a layer that passes its input on', async () => {
    const model = tf.sequential({
      layers: [tf.layers.dropout({ rate: 0.5, name: 'dropout', inputShape: [3] }), tf.layers.reLU({ name: 'relu' })],
    });
    const patch = tf.tensor2d([[1, -2, 3]]);
    wrapTfjs(tf, model)
      .getSubmodule('dropout')
      .registerForwardPreHook(() => patch);
    for (let i = 0; i < 2; i++) same(model.predict(tf.zeros([1, 3])), [1, 0, 3]);
    assert.not(patch.isDisposed);
  });

  test('one tensor replaces two outputs: each consumer has its own', async () => {
    class Two extends tf.layers.Layer {
      static readonly className: string = 'Two';
      override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor[] {
        const x = one(Array.isArray(inputs) ? inputs[0] : inputs);
        return [x.add(1), x.add(2)];
      }
      override computeOutputShape(shape: tf.Shape | tf.Shape[]): tf.Shape[] {
        return [shape as tf.Shape, shape as tf.Shape];
      }
    }
    const input = tf.input({ shape: [2] });
    const outputs = new Two({ name: 'two' }).apply(input) as tf.SymbolicTensor[];
    const heads = outputs.map((output) => tf.layers.reLU().apply(output) as tf.SymbolicTensor);
    const model = tf.model({ inputs: input, outputs: heads });
    const two = wrapTfjs(tf, model).getSubmodule<tf.Tensor[]>('two');
    const x = tf.ones([1, 2]);
    const kept = tf.keep(tf.fill([1, 2], 7));
    const repeating: [(outputs: readonly tf.Tensor[]) => tf.Tensor, number][] = [
      [([first]) => first!, 2],
      [([first]) => first!.mul(2), 4],
      [() => kept, 7],
    ];
    const runs = [
      () => model.predict(x),
      () => model.apply(x),
      () =>
        model.execute(
          x,
          heads.map(({ name }) => name),
        ),
    ];
    const unhooked: number[] = [];
    for (const run of runs) unhooked.push(await leaked(() => tf.dispose(run() as tf.Tensor[])));
    // tfjs runs the layer once for each output, and without a tidy leaks the outputs of the first time.
    assert.equal(unhooked, [0, 0, 2]);
    for (const [repeated, value] of repeating) {
      const handle = two.registerForwardHook((_layer, _inputs, outputs) => {
        const given = repeated(outputs);
        return [given, given];
      });
      for (const [i, run] of runs.entries()) {
        const left = await leaked(() => {
          const [first, second] = run() as tf.Tensor[];
          same(first, [value, value]);
          first!.dispose();
          same(second, [value, value]);
          second!.dispose();
        });
        // A hooked model has a tidy around execute.
        assert.is(left, 0, `${repeated}, ${runs[i]}`);
      }
      handle.remove();
    }
    assert.not(kept.isDisposed);
  });

  test('hooks of the model: predict and apply leave nothing, whatever they return', async () => {
    for (const [what, makeHook] of Object.entries(hooks)) {
      if (what === 'returns its input' || what === 'returns a variable') continue; // of another shape here
      const model = models.dense(4, 4, 2);
      const x = numbers([2, 4]);
      model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
      const keepers: tf.Tensor[] = [];
      wrapTfjs(tf, model).registerForwardHook(makeHook(keepers) as never);
      for (const run of [runs.predict!, runs.apply!, runs['predict in batches']!]) {
        for (const counted of [false, true]) {
          const left = await leaked(() => {
            try {
              tf.dispose(run(model, x));
            } catch (error) {
              assert.is((error as Error).message, 'thrown by the hook');
            }
          });
          if (run === runs['predict in batches'] && keepers.length > 0) break; // kept for a batch of two
          if (counted) assert.is(left, 0, what);
        }
      }
      for (const keeper of keepers) assert.not(keeper.isDisposed, what);
    }
  });

  test('fit leaves nothing; if a hook throws, no more than tfjs itself would', async () => {
    const model = models.dense(4, 4, 4, 2);
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const [x, y] = [numbers([8, 4]), numbers([8, 2])];
    const fit = () => model.fit(x, y, { epochs: 2, batchSize: 4, verbose: 0 });
    await fit();
    const net = wrapTfjs(tf, model);
    select(net, 'dense_*').registerForwardHook((_layer, _inputs, output) => (output as tf.Tensor).mul(1.5));
    net.getSubmodule('dense_1').registerFullBackwardHook((_layer, [gradient]) => gradient!.mul(2));
    await fit();
    assert.is(await leaked(fit), 0);
    // The hook throws in the third batch. Below, a layer throws there, to see what tfjs itself leaves.
    const stopped = async (model: tf.LayersModel, run: () => Promise<unknown>) => {
      const left = await leaked(() =>
        run().then(
          () => assert.unreachable(),
          (error: Error) => assert.is(error.message, 'thrown'),
        ),
      );
      (model as unknown as { isTraining: boolean }).isTraining = false;
      return left;
    };
    let calls = 0;
    const handle = net.getSubmodule('dense_1').registerForwardHook(() => {
      if (++calls === 3) throw new Error('thrown');
    });
    const left = await stopped(model, fit);
    handle.remove();
    assert.is(await leaked(fit), 0);

    const plain = models.dense(4, 4, 4, 2);
    plain.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    await plain.fit(x, y, { verbose: 0 });
    calls = 0;
    const layer = plain.layers[1]!;
    const { call } = layer;
    layer.call = (inputs, options) => {
      if (++calls === 3) throw new Error('thrown');
      return call.call(layer, inputs, options);
    };
    const leftByTfjs = await stopped(plain, () => plain.fit(x, y, { epochs: 2, batchSize: 4, verbose: 0 }));
    assert.ok(left < leftByTfjs, `${left} tensors left, ${leftByTfjs} by tfjs itself`);
  });

  test('an edit keeps no tensor, and copies what replaces: the caller may dispose of it', async () => {
    const model = models.dense(4, 3, 2);
    const x = numbers([2, 4]);
    const layer = wrapTfjs(tf, model).getSubmodule('dense_1');
    if (tf.getBackend() === 'webgl') {
      const onDevice = tf.tensor2d([1, 2, 3, 4], [2, 2]);
      assert.throws(() => registerEdit(layer, { replace: onDevice }), /replace must be a tensor on the CPU/);
      // The read that was refused holds a copy until it ends.
      await onDevice.data();
      onDevice.dispose();
      return;
    }
    const left = await leaked(() => {
      const value = tf.tensor2d([1, 2, 3, 4], [2, 2]);
      const edit = registerEdit(layer, { replace: value });
      value.dispose();
      same(one(model.predict(x)), [1, 2, 3, 4]);
      const other = tf.tensor2d([5, 6, 7, 8], [2, 2]);
      edit.set(other);
      other.dispose();
      const output = one(model.predict(x));
      same(output, [5, 6, 7, 8]);
      output.dispose();
      edit.remove();
    });
    // The first output.
    assert.is(left, 1);
  });

  test('keep(): a copy of a tensor outlives predict', async () => {
    const model = models.dense(4, 3, 2);
    const x = numbers([2, 4]);
    const layer = wrapTfjs(tf, model).getSubmodule('dense_0');
    let [kept, alone, dead]: (tf.Tensor | undefined)[] = [];
    layer.observe(({ output }) => {
      kept = layer.keep(output);
      alone = tf.keep(output);
      dead = output;
    });
    const left = await leaked(() => tf.dispose(model.predict(x)));
    assert.is(left, 1);
    assert.ok(dead!.isDisposed && alone!.isDisposed, 'tf.keep alone keeps nothing here');
    const first = tf.sequential({ layers: [model.layers[0]!] });
    same(kept, one(first.predict(x)).dataSync());
    kept!.dispose();
  });
});
