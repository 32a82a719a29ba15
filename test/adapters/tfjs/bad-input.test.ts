// Invalid input and its errors; and unusual input that is valid.
import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { ofClass, type TfjsLayer, wrapTfjs } from '../../../adapters/tfjs/index.ts';
import { listHooks, select, tensor } from '../../../src/index.ts';
import { onEachBackend } from './backends.ts';
import * as models from './models.ts';
import { leaked, numbers, one, same } from './tensors.ts';

onEachBackend('bad input', (test) => {
  test('not tfjs, not a model', () => {
    for (const [wrong, came] of [
      [undefined, 'undefined'],
      [{}, 'a Object'],
      [{ layers: [] }, 'a Object'],
      ['model', 'the string "model"'],
      [tf.ones([1]), 'a Tensor'],
      [tf.layers, ''],
    ] as const) {
      assert.throws(
        () => wrapTfjs(tf, wrong as never),
        (error: Error) =>
          error instanceof TypeError &&
          error.message.includes(
            'the model must be a LayersModel, a Sequential, a GraphModel or a layer of tfjs, got',
          ) &&
          error.message.includes(came.replace('a Object', 'Object')),
        came,
      );
    }
    const model = models.dense(2, 2);
    for (const wrong of [undefined, null, {}, model, 'tf']) {
      assert.throws(() => wrapTfjs(wrong as never, model), /the first argument must be tfjs.*which has no tidy/);
    }
  });

  test('an InputLayer cannot be wrapped, and is not a module of its model', () => {
    const model = models.shared();
    assert.throws(() => wrapTfjs(tf, model.layers[0]!), /a is an InputLayer, which tfjs never calls/);
    const net = wrapTfjs(tf, model);
    assert.equal(
      [...net.namedChildren()].map(([name]) => name),
      ['tower', 'joined', 'left', 'right'],
    );
    assert.throws(
      () => net.getSubmodule('a'),
      /Model\(shared\) has no layer "a"\n {2}its layers: tower, joined, left, right/,
    );
  });

  test('a wrong name in a model of many layers is an error with the nearest', () => {
    const layers = Array.from({ length: 20 }, (_, i) => tf.layers.activation({ activation: 'relu', name: `act_${i}` }));
    const x = tf.input({ shape: [2] });
    const end = layers.reduce((y, layer) => layer.apply(y) as tf.SymbolicTensor, x);
    const net = wrapTfjs(tf, tf.model({ inputs: x, outputs: end }));
    assert.throws(() => net.getSubmodule('act__17'), /has no layer "act__17"\n {2}nearest: act_17, /);
  });

  test('a disposed model or layer', () => {
    const model = models.dense(3, 2);
    const layer = model.layers[0]!;
    model.dispose();
    assert.throws(() => wrapTfjs(tf, model), /Sequential \S+ has been disposed of/);
    assert.throws(() => wrapTfjs(tf, layer), /Dense dense_0 has been disposed of/);
    const weightless = tf.sequential({ layers: [tf.layers.reLU({ name: 'relu', inputShape: [3] })] });
    weightless.dispose();
    assert.throws(() => wrapTfjs(tf, weightless), /has been disposed of/);
    assert.throws(() => wrapTfjs(tf, weightless.layers[0]!), /ReLU relu has been disposed of/);
  });

  test('hooks of a disposed model can be removed', () => {
    const model = models.dense(3, 4, 2);
    const net = wrapTfjs(tf, model);
    const handles = [net.observe(() => undefined), net.getSubmodule('dense_0').registerForwardHook(() => undefined)];
    model.dispose();
    assert.throws(() => model.predict(tf.ones([1, 3])), /already disposed/, "tfjs's own error");
    for (const handle of handles) handle.remove();
    assert.not(Object.hasOwn(model.layers[0]!, 'call'));
    assert.equal(listHooks(net), []);
  });

  test('a frozen layer cannot be hooked, and nothing is registered', () => {
    const model = models.dense(3, 4, 2);
    const net = wrapTfjs(tf, model);
    Object.freeze(model.layers[0]);
    assert.throws(
      () => select(net, '*').observe(() => undefined),
      /Dense\(dense_0\) cannot be hooked: it takes no new properties\n {2}expected: a layer that is not frozen/,
    );
    assert.equal(listHooks(net), []);
    Object.preventExtensions(model);
    const { outputs } = model;
    assert.throws(() => net.observe(() => undefined), /Sequential\(\S+\) cannot be hooked/);
    assert.is(model.outputs, outputs);
  });

  test('a wrong return value: the error names the layer, the hook, what came and what was expected', async () => {
    const model = models.dense(3, 4, 2);
    const layer = wrapTfjs(tf, model).getSubmodule('dense_0');
    const x = numbers([2, 3]);
    const disposed = tf.ones([2, 4]);
    disposed.dispose();
    const cases: [unknown, RegExp][] = [
      [tf.ones([2, 5]), /expected: float32 of shape \[\?, 4\], not float32 of shape \[2, 5\]/],
      [tf.ones([4]), /expected: float32 of shape \[\?, 4\], not float32 of shape \[4\]/],
      [tf.ones([2, 4], 'int32'), /expected: float32 of shape \[\?, 4\], not int32 of shape \[2, 4\]/],
      [disposed, /expected: a tensor that is not disposed/],
      [[tf.ones([2, 4])], /got: an array of length 1\n {2}expected: a tensor, or undefined/],
      [Promise.resolve(1), /cannot wait for its hook/],
      [
        tensor([[1]]),
        /got: a Tensor\n {2}expected: a tensor of the framework that runs the module, not one of layertap/,
      ],
      [7, /replaced a tensor by something that is not a tensor/],
    ];
    for (const [value, message] of cases) {
      const handle = layer.registerForwardHook(function wrong() {
        return value as never;
      });
      const run = () =>
        assert.throws(
          () => model.predict(x),
          (error: Error) =>
            message.test(error.message) &&
            error.message.includes('in Dense(dense_0)') &&
            /hook: wrong/.test(error.message),
          String(message),
        );
      run();
      assert.is(await leaked(run), 0);
      handle.remove();
    }
    const batches = layer.registerForwardHook(() => tf.ones([1, 4]));
    assert.is(one(model.predict(x)).shape[0], 1, 'a size that the model leaves open may change');
    batches.remove();
    const pre: [unknown, RegExp][] = [
      [tf.ones([2, 5]), /expected: Input 0 is incompatible with layer dense_0/],
      [tf.ones([2, 3], 'int32'), /expected: float32 for input 0, not int32/],
      [disposed, /tensors that are not disposed; input 0 is/],
      [[[x]], /tensors; input 0 is an array/],
      [[Promise.reject(new Error('nobody waits for it'))], /tensors; input 0 is a promise/],
    ];
    for (const [value, message] of pre) {
      const handle = layer.registerForwardPreHook(function wrong() {
        return value as never;
      });
      assert.throws(() => model.predict(x), message);
      handle.remove();
    }
    assert.is(one(model.predict(x)).shape[0], 2);
  });

  test('a hook that disposes of its output is an error', () => {
    const model = models.dense(3, 4, 2);
    const layer = wrapTfjs(tf, model).getSubmodule('dense_0');
    const handle = layer.registerForwardHook((_layer, _inputs, output) => output.dispose());
    assert.throws(
      () => model.predict(numbers([1, 3])),
      /the output of Dense\(dense_0\) was disposed of by one of its hooks/,
    );
    handle.remove();
  });

  test('several outputs are replaced by an array of as many', () => {
    const model = models.shared();
    const net = wrapTfjs(tf, model) as unknown as TfjsLayer<tf.Tensor, tf.Tensor[]>;
    const inputs = [numbers([2, 4], 1), numbers([2, 4], 2)];
    const [left, right] = (model.predict(inputs) as tf.Tensor[]).map((output) => output.dataSync());
    const handle = net.registerForwardHook((_net, _inputs, [first, second]) => [second!, first!]);
    const swapped = model.predict(inputs) as tf.Tensor[];
    same(swapped[0], right!);
    same(swapped[1], left!);
    handle.remove();
    for (const wrong of [
      tf.ones([2, 2]),
      [tf.ones([2, 2])],
      [tf.ones([2, 2]), tf.ones([2, 3])],
      [tf.ones([2, 2]), 7],
      [tf.ones([2, 2]), Promise.reject(new Error('nobody waits for it'))],
    ]) {
      const bad = net.registerForwardHook(() => wrong as never);
      assert.throws(
        () => model.predict(inputs),
        /expected: (an array of 2 tensors|float32 of shape \[\?, 2\]|a tensor)/,
      );
      bad.remove();
    }
  });

  test('a layer in two models has one Hookable, and fires in both', () => {
    const first = models.dense(3, 4, 2);
    const second = tf.sequential({ layers: [first.layers[0]!] });
    const layer = wrapTfjs(tf, first).getSubmodule('dense_0');
    assert.is(wrapTfjs(tf, second).getSubmodule('dense_0'), layer);
    assert.is(wrapTfjs(tf, first.layers[0]!), layer);
    let calls = 0;
    const handle = layer.observe(() => calls++);
    first.predict(numbers([1, 3]));
    second.predict(numbers([1, 3]));
    assert.is(calls, 2);
    handle.remove();
  });

  test('a hook that is removed during predict fires for the last time in the current call of its layer', () => {
    const model = models.dense(3, 4, 2);
    const net = wrapTfjs(tf, model);
    const fired: string[] = [];
    const [first, second] = [net.getSubmodule('dense_0'), net.getSubmodule('dense_1')];
    const handles = [
      first.observe(() => {
        fired.push('first');
        for (const handle of handles) handle.remove();
      }),
      first.observe(() => fired.push('first too')),
      second.observe(() => fired.push('second')),
      net.observe(() => fired.push('model')),
    ];
    model.predict(numbers([3, 3]), { batchSize: 1 });
    // The model's call had begun too, but not its observers.
    assert.equal(fired, ['first', 'first too']);
    assert.not(Object.hasOwn(model.layers[0]!, 'call'));
    assert.is(one(model.predict(numbers([1, 3]))).shape[1], 2);
  });

  test('an observed layer may register and remove hooks in its own call, and throw', () => {
    let during: () => void = () => {};
    class Busy extends tf.layers.Layer {
      static readonly className: string = 'Busy';
      override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
        during();
        return one(Array.isArray(inputs) ? inputs[0] : inputs).add(1);
      }
    }
    const layer = new Busy({});
    const hookable = wrapTfjs(tf, layer);
    const x = tf.ones([2]);
    const seen: number[] = [];
    const observing = hookable.observe(({ output }) => seen.push(output.dataSync()[0]!));
    const call = () => {
      const output = layer.apply(x) as tf.Tensor;
      const [value] = output.dataSync();
      output.dispose();
      return value;
    };
    assert.is(call(), 2);

    // A hook that is registered during forward runs after it.
    const handles: { remove(): void }[] = [];
    during = () => handles.push(hookable.registerForwardHook((_layer, _inputs, output) => output.mul(10)));
    const before = tf.memory().numTensors;
    assert.is(call(), 20);
    during = () => handles[0]!.remove();
    assert.is(call(), 2);
    const late: string[] = [];
    during = () => {
      handles.push(
        hookable.registerForwardHook((_layer, _inputs, output) => void late.push(typeof output), { alwaysCall: true }),
      );
      throw new Error('thrown by the layer');
    };
    assert.throws(call, /thrown by the layer/);
    assert.equal(late, ['undefined']);
    handles[1]!.remove();
    during = () => observing.remove();
    assert.is(call(), 2);
    assert.equal(seen, [2, 20, 2]);
    assert.not(Object.hasOwn(layer, 'call'));
    assert.is(tf.memory().numTensors, before);
  });

  test('a pre-hook that returns tensors only keeps the options of the call; one that returns options replaces them', () => {
    const dropout = tf.layers.dropout({ rate: 0.999999, seed: 7, inputShape: [100] });
    const layer = wrapTfjs(tf, tf.sequential({ layers: [dropout] })).getSubmodule(dropout.name);
    const x = tf.ones([1, 100]);
    const handle = layer.registerForwardPreHook((_layer, [input]) => input.clone());
    const sum = (tensor: unknown) => one(tensor).sum().dataSync()[0];
    let options: unknown;
    const observer = layer.observe(({ inputs }) => {
      options = inputs[1];
    });
    assert.is(sum(dropout.apply(x, { training: true })), 0);
    assert.equal(options, { training: true });
    observer.remove();
    assert.is(sum(dropout.apply(x)), 100);
    handle.remove();
    layer.registerForwardPreHook((_layer, [input]) => [input, { training: true }]);
    assert.is(sum(dropout.apply(x)), 0);
  });

  test('a direct call runs the hooks; forward runs only those of the layers inside', () => {
    const model = models.dense(3, 4, 2);
    const net = wrapTfjs(tf, model);
    const x = numbers([1, 3]);
    const plain = one(model.predict(x)).dataSync();
    const fired: string[] = [];
    net.observe(() => fired.push('model'));
    net.getSubmodule('dense_0').observe(() => fired.push('dense_0'));
    same(net(x), plain);
    assert.equal(fired.splice(0), ['dense_0', 'model']);
    same(net.forward(x), plain);
    assert.equal(fired.splice(0), ['dense_0']);
    same(net(x), plain);
    assert.equal(fired.splice(0), ['dense_0', 'model']);
    const handle = net.getSubmodule('dense_0').registerForwardHook(() => {
      handle.remove();
      net(x);
    });
    net.forward(x);
    assert.equal(fired, ['dense_0', 'model', 'dense_0'], 'a call inside forward runs them');
  });

  test('a layer gets its input bare or in an array, as unhooked, and its output is passed on likewise', () => {
    const seen: boolean[] = [];
    class First extends tf.layers.Layer {
      static readonly className: string = 'First';
      override call(inputs: tf.Tensor | tf.Tensor[], _options: object): tf.Tensor | tf.Tensor[] {
        seen.push(Array.isArray(inputs));
        return Array.isArray(inputs) ? inputs.map((x) => x.add(1)) : inputs.add(1);
      }
      override computeOutputShape(shape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
        return shape;
      }
    }
    const layer = new First({ batchInputShape: [null, 2] });
    const model = tf.sequential({ layers: [layer] });
    const x = tf.ones([1, 2]);
    const run = () =>
      [layer.call(x, {}), layer.call([x], {}), model.call(x, {})].map((output) => Array.isArray(output));
    const plain = run();
    assert.equal(plain, [false, true, true]);
    const before = seen.splice(0);
    select(wrapTfjs(tf, model), () => true).registerForwardHook((_layer, _inputs, output) => {
      assert.instance(output, tf.Tensor);
      return undefined;
    });
    assert.equal(run(), plain);
    assert.equal(seen, before);
  });

  test('select by path, by class name and by predicate', () => {
    const net = wrapTfjs(tf, models.convolutional());
    const names = (selection: Iterable<readonly [string, unknown]>) => [...selection].map(([name]) => name);
    assert.equal(names(select(net, 'd*')), ['dropout', 'dense']);
    assert.equal(names(select(net, ofClass('Dense', 'Conv2D'))), ['conv', 'dense']);
    assert.equal(names(select(net, (path) => path.length === 2)), ['bn']);
    assert.throws(() => select(net, 'den'), /nearest: .*dense/);
    assert.is(String(net.getSubmodule('conv')), 'Conv2D(conv)');
    assert.is(net.getSubmodule(''), net);
  });
});
