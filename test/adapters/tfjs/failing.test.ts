// Hooks that throw, at every layer of a branching model, in every way to run it: no tensor is left.
import * as tf from '@tensorflow/tfjs';
import { map } from 'rxjs';
import * as assert from 'uvu/assert';
import { type TfjsLayer, wrapTfjs } from '../../../adapters/tfjs/index.ts';
import { onEachBackend } from './backends.ts';
import { leaked, numbers } from './tensors.ts';

type Layer = TfjsLayer<tf.Tensor>;
type Place = Layer | TfjsLayer<tf.Tensor, tf.Tensor, tf.LayersModel, tf.layers.Layer>;

const fail = (): never => {
  throw new Error('thrown by a hook');
};

/** A custom layer with another one inside. */
class Inner extends tf.layers.Layer {
  static readonly className: string = 'Inner';
  readonly deep: tf.layers.Layer = tf.layers.dense({ name: 'deep', units: 2 });
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => (this.deep.apply(inputs) as tf.Tensor).mul(2));
  }
}

/** x → first → left, right → sum; right is a layer with another one inside. */
function branching(): { model: tf.LayersModel; names: string[] } {
  const dense = (name: string) => tf.layers.dense({ name, units: 2 });
  const x = tf.input({ shape: [2] });
  const inner = new Inner({ name: 'inner' });
  const first = dense('first').apply(x) as tf.SymbolicTensor;
  const left = dense('left').apply(first) as tf.SymbolicTensor;
  const right = inner.apply(first) as tf.SymbolicTensor;
  const sum = tf.layers.add({ name: 'sum' }).apply([left, right]) as tf.SymbolicTensor;
  return { model: tf.model({ inputs: x, outputs: sum }), names: [sum.name, left.name] };
}

const registrations: Record<string, (place: Layer) => unknown> = {
  'a hook that makes tensors and throws': (place) =>
    place.registerForwardHook((_layer, _inputs, output) => {
      output.add(1).square();
      fail();
    }),
  'a pre-hook that makes tensors and throws': (place) =>
    place.registerForwardPreHook((_layer, [input]) => {
      input.add(1).square();
      fail();
    }),
  'a pre-hook that replaces, before one that throws': (place) => {
    place.registerForwardPreHook((_layer, inputs) => inputs.map((input) => (input as tf.Tensor).add(1)) as never);
    place.registerForwardPreHook(fail);
  },
  'a hook that replaces, before one that throws and one that is always called': (place) => {
    place.registerForwardHook((_layer, _inputs, output) => output.add(1));
    place.registerForwardHook(fail);
    place.registerForwardHook((_layer, _inputs, output) => output.add(1), { alwaysCall: true });
  },
  'a hook that gives another shape': (place) => place.registerForwardHook(() => tf.ones([7, 7])),
  'a hook that disposes of the output': (place) =>
    place.registerForwardHook((_layer, _inputs, output) => void output.dispose()),
  'an observer that keeps, disposes and throws, before a hook that throws': (place) => {
    place.observe(
      ({ output }) => {
        place.keep(output).dispose();
        output.square();
        fail();
      },
      { reporter: () => {} },
    );
    place.registerForwardHook(fail);
  },
  'a transform that makes tensors and throws': (place) =>
    place.transform(
      map((output) => {
        output.add(1);
        return fail();
      }),
    ),
};

onEachBackend('failing hooks of layers', (test) => {
  const ways: Record<string, (model: tf.LayersModel, x: tf.Tensor, names: string[]) => unknown> = {
    predict: (model, x) => model.predict(x),
    'predict in batches': (model, x) => model.predict(x, { batchSize: 1 }),
    predictOnBatch: (model, x) => model.predictOnBatch(x),
    apply: (model, x) => model.apply(x),
    call: (model, x) => model.call(x, {}),
    'net(x)': (model, x) => wrapTfjs(tf, model)(x),
    evaluate: (model, x) => model.evaluate(x, x),
    execute: (model, x, names) => model.execute(x, names),
    trainOnBatch: (model, x) => model.trainOnBatch(x, x),
    'tf.grad': (model, x) => tf.grad((at) => (model.apply(at) as tf.Tensor).sum())(x),
    'tf.variableGrads': (model, x) => tf.variableGrads(() => (model.apply(x) as tf.Tensor).sum()),
  };
  const paths = ['', 'first', 'left', 'inner', 'inner.deep', 'sum'];

  async function throwsAndLeaves(run: () => unknown): Promise<{ threw: boolean; left: number }> {
    let threw = false;
    const left = await leaked(async () => {
      try {
        tf.dispose((await run()) as tf.Tensor);
      } catch {
        threw = true;
      }
    });
    return { threw, left };
  }

  for (const [what, register] of Object.entries(registrations)) {
    test(`${what}: no tensor is left, at any layer, however it is run`, async () => {
      const x = numbers([2, 2]);
      for (const path of paths) {
        const { model, names } = branching();
        model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
        // The loss and the optimizer create tensors on first use, and keep them.
        for (const run of Object.values(ways)) await throwsAndLeaves(() => run(model, x, names));
        const net = wrapTfjs(tf, model);
        register((path === '' ? net : net.getSubmodule(path)) as Place as Layer);
        for (const [way, run] of Object.entries(ways)) {
          const { threw, left } = await throwsAndLeaves(() => run(model, x, names));
          // execute runs the layers, not the model as a whole.
          assert.is(threw, !(way === 'execute' && path === ''), `${way} at "${path}"`);
          assert.is(left, 0, `${way} at "${path}"`);
        }
      }
      assert.not(x.isDisposed);
    });
  }

  test('a hook or observer that disposes of an input is an error that names the layer', async () => {
    for (const verb of ['observe', 'hook', 'hook that replaces'] as const) {
      const { model, names } = branching();
      const x = numbers([2, 2]);
      // Inner builds its layer in the first call.
      tf.dispose(model.predict(x) as tf.Tensor);
      const layer = wrapTfjs(tf, model).getSubmodule('sum');
      if (verb === 'observe') layer.observe(({ inputs }) => inputs[0].dispose());
      else {
        layer.registerForwardHook((_layer, inputs, output) => {
          inputs[0].dispose();
          return verb === 'hook' ? undefined : output.add(1);
        });
      }
      for (const way of ['predict', 'apply', 'net(x)', 'execute', 'tf.grad']) {
        let message = '';
        const left = await leaked(() => {
          try {
            tf.dispose(ways[way]!(model, x, names) as tf.Tensor);
          } catch (error) {
            message = (error as Error).message;
          }
        });
        assert.match(message, /an input of Add\(sum\) was disposed of by one of its hooks/, `${verb}, ${way}`);
        assert.is(left, 0, `${verb}, ${way}`);
      }
    }
  });

  test('backward hooks that throw: the tensors computed for the gradients are disposed of', async () => {
    const x = numbers([2, 2]);
    for (const path of paths) {
      for (const kind of ['registerFullBackwardHook', 'registerFullBackwardPreHook'] as const) {
        const { model, names } = branching();
        model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
        const net = wrapTfjs(tf, model);
        const place = (path === '' ? net : net.getSubmodule(path)) as Layer;
        await model.trainOnBatch(x, x);
        place[kind]((...given: unknown[]) => {
          tf.ones([3]).square();
          assert.ok(given.length > 1);
          fail();
        });
        for (const way of ['trainOnBatch', 'tf.grad', 'tf.variableGrads']) {
          const { threw, left } = await throwsAndLeaves(() => ways[way]!(model, x, names));
          assert.ok(threw, `${way} at "${path}"`);
          assert.is(left, 0, `${kind}, ${way} at "${path}"`);
        }
      }
    }
  });

  test('after an error that the differentiated function catches, its tensors are still there', async () => {
    const { model } = branching();
    const net = wrapTfjs(tf, model);
    const handle = net.getSubmodule('left').registerFullBackwardHook(fail);
    const x = numbers([2, 2]);
    const value = tf.tidy(() => {
      const outer = tf.valueAndGrad((at: tf.Tensor) => {
        const y = at.square();
        try {
          tf.grad((inside) => (model.apply(inside) as tf.Tensor).sum())(at);
        } catch {
          // Goes on without it.
        }
        return y.sum();
      })(x);
      return [...outer.value.dataSync(), ...outer.grad.dataSync()];
    });
    const [sum, ...gradient] = value;
    const expected = [...x.dataSync()];
    assert.ok(Math.abs(sum! - expected.reduce((total, one) => total + one * one, 0)) < 1e-5);
    for (const [i, one] of gradient.entries()) assert.ok(Math.abs(one - 2 * expected[i]!) < 1e-5);
    handle.remove();
  });

  test('execute of a model is restored when the last hook on its layers is removed', () => {
    const { model, names } = branching();
    const net = wrapTfjs(tf, model);
    const before = Object.getOwnPropertyDescriptor(model, 'execute');
    const handles = ['first', 'inner.deep'].map((path) => net.getSubmodule(path).observe(() => undefined));
    const x = numbers([2, 2]);
    const [sum] = model.execute(x, names) as tf.Tensor[];
    assert.not(sum!.isDisposed);
    assert.ok(Object.hasOwn(model, 'execute'));
    assert.not(Object.keys(model).includes('execute'));
    for (const handle of handles) handle.remove();
    assert.equal(Object.getOwnPropertyDescriptor(model, 'execute'), before);
    assert.not(Object.hasOwn(model, 'execute'));
  });
});
