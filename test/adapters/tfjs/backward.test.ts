// Full backward hooks, as in PyTorch. Expected gradients are computed by hand, in float64.
import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { type TfjsLayer, wrapTfjs } from '../../../adapters/tfjs/index.ts';
import { listHooks } from '../../../src/index.ts';
import { onEachBackend } from './backends.ts';
import * as models from './models.ts';
import { close, leaked, numbers, one } from './tensors.ts';

const array = (tensor: tf.Tensor) => [...tensor.dataSync()];
const matrix = (tensor: tf.Tensor) => tensor.arraySync() as number[][];
const multiply = (a: number[][], b: number[][]) =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, value, k) => sum + value * b[k]![j]!, 0)));
const transpose = (a: number[][]) => a[0]!.map((_, j) => a.map((row) => row[j]!));

/** The sum of squares of the outputs. */
const loss = (model: tf.LayersModel, x: tf.Tensor) => () => (model.apply(x) as tf.Tensor).square().sum() as tf.Scalar;

/** Gradients of that loss by the output, input and kernel of the first of two dense layers without activation. */
function byHand(model: tf.LayersModel, x: tf.Tensor): { gradOutput: number[]; gradInput: number[]; kernel: number[] } {
  const [w1, b1, w2, b2] = model.getWeights().map((weight) => weight.arraySync()) as [
    number[][],
    number[],
    number[][],
    number[],
  ];
  const add = (a: number[][], b: number[]) => a.map((row) => row.map((value, j) => value + b[j]!));
  const hidden = add(multiply(matrix(x), w1), b1);
  const output = add(multiply(hidden, w2), b2);
  const gradOutput = multiply(
    output.map((row) => row.map((value) => 2 * value)),
    transpose(w2),
  );
  return {
    gradOutput: gradOutput.flat(),
    gradInput: multiply(gradOutput, transpose(w1)).flat(),
    kernel: multiply(transpose(matrix(x)), gradOutput).flat(),
  };
}

onEachBackend('backward hooks', (test, backend) => {
  test('get the analytic gradients in tf.variableGrads, tf.grad and fit, in the first layer too', async () => {
    const model = models.dense(3, 4, 2);
    const x = numbers([5, 3]);
    const expected = byHand(model, x);
    const layer = wrapTfjs(tf, model).getSubmodule('dense_0');
    const seen: { gradInput: number[]; gradOutput: number[] }[] = [];
    layer.registerFullBackwardHook((module, [gradInput, ...more], [gradOutput]) => {
      assert.is(module, layer);
      assert.is(more.length, 0);
      assert.equal(gradInput!.shape, [5, 3]);
      seen.push({ gradInput: array(gradInput!), gradOutput: array(gradOutput!) });
    });
    const { grads } = tf.variableGrads(loss(model, x));
    close(array(Object.values(grads)[0]!), expected.kernel, 1e-5);
    tf.grad((input) => loss(model, input)())(x);
    // The loss of fit is the mean over 5 x 2 outputs.
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    await model.fit(x, tf.zeros([5, 2]), { shuffle: false, verbose: 0 });
    assert.is(seen.length, 3);
    for (const [i, { gradInput, gradOutput }] of seen.entries()) {
      const scale = i === 2 ? 10 : 1;
      close(
        gradInput.map((value) => value * scale),
        expected.gradInput,
        1e-5,
      );
      close(
        gradOutput.map((value) => value * scale),
        expected.gradOutput,
        1e-5,
      );
    }
  });

  test('hooks that return nothing leave the gradients the same, bit for bit', () => {
    for (const model of [models.dense(3, 4, 2), models.dense(3, 1)]) {
      const x = numbers([2, 3]);
      const gradients = () => Object.values(tf.variableGrads(loss(model, x)).grads).map(array);
      const plain = gradients();
      const net = wrapTfjs(tf, model);
      let fired = 0;
      for (const layer of [net, net.getSubmodule('dense_0')]) {
        layer.registerFullBackwardHook(() => void fired++);
        layer.registerFullBackwardPreHook(() => void fired++);
      }
      assert.equal(gradients(), plain);
      assert.is(fired, 4);
    }
  });

  test('the gradients that a hook returns replace those by the inputs, for all layers before it', () => {
    const model = models.dense(3, 4, 2);
    const x = numbers([2, 3]);
    const gradients = () => Object.values(tf.variableGrads(loss(model, x)).grads).map(array);
    const plain = gradients();
    const layer = wrapTfjs(tf, model).getSubmodule('dense_1');
    for (const doubled of [
      (gradient: tf.Tensor) => gradient.mul(2),
      (gradient: tf.Tensor) => [gradient.mul(2)] as const,
    ]) {
      const handle = layer.registerFullBackwardHook((_layer, [gradient]) => doubled(gradient!));
      const [kernel0, bias0, kernel1, bias1] = gradients() as [number[], number[], number[], number[]];
      close(
        kernel0,
        plain[0]!.map((value) => 2 * value),
        1e-5,
      );
      close(
        bias0,
        plain[1]!.map((value) => 2 * value),
        1e-5,
      );
      assert.equal([kernel1, bias1], plain.slice(2), 'its own gradients stay');
      handle.remove();
    }
    assert.equal(gradients(), plain);
  });

  test('the gradient that a pre-hook returns replaces that by the output, for the layer and its hooks', () => {
    const model = models.dense(3, 4, 2);
    const layer = wrapTfjs(tf, model).getSubmodule('dense_0');
    let seen: number[] = [];
    layer.registerFullBackwardPreHook((module, [gradient]) => {
      assert.is(module, layer);
      return gradient!.mul(0);
    });
    layer.registerFullBackwardHook((_layer, _gradInput, [gradOutput]) => {
      seen = array(gradOutput!);
    });
    const { grads } = tf.variableGrads(loss(model, numbers([2, 3])));
    const [kernel] = Object.values(grads);
    assert.ok(array(kernel!).every((value) => value === 0));
    assert.ok(seen.length === 8 && seen.every((value) => value === 0));
  });

  // The orders are PyTorch's own expectations, of test_full_backward_hooks and test_full_backward_pre_hooks.
  test('run in the order of registration, prepended ones before', () => {
    const model = models.dense(3, 2);
    const layer = wrapTfjs(tf, model).getSubmodule('dense_0');
    const fired: number[] = [];
    const push = (id: number) => () => void fired.push(id);
    for (let i = 0; i < 5; i++) layer.registerFullBackwardHook(push(i), { prepend: i >= 3 });
    for (let i = 0; i < 5; i++) layer.registerFullBackwardPreHook(push(10 + i), { prepend: i < 2 });
    model.apply(numbers([1, 3]));
    assert.equal(fired, [], 'nothing fires in forward alone');
    for (let i = 0; i < 2; i++) tf.variableGrads(loss(model, numbers([1, 3])));
    const once = [11, 10, 12, 13, 14, 4, 3, 0, 1, 2];
    assert.equal(fired, [...once, ...once]);
    assert.equal(
      listHooks(layer)
        .map(({ kind }) => kind)
        .sort(),
      [...Array(5).fill('backward'), ...Array(5).fill('backward-pre')],
    );
    assert.ok(listHooks(layer).every(({ calls }) => calls === 2));
  });

  // The numbers are PyTorch's, for Linear(2, 2, bias=False) and the same hooks.
  test("the layer's gradients include what a forward hook computes from its inputs", () => {
    const model = models.dense(2, 2);
    model.setWeights([tf.tensor2d([1, 3, 2, 4], [2, 2]), tf.zeros([2])]);
    const layer = wrapTfjs(tf, model).getSubmodule('dense_0');
    const gradient = () => array(tf.grad((x) => (model.apply(x) as tf.Tensor).sum())(tf.ones([1, 2])));
    const seen: number[][] = [];
    layer.registerFullBackwardHook((_layer, [gradInput]) => void seen.push(array(gradInput!)));
    layer.registerForwardHook((_layer, [x], output) => output.add((x as tf.Tensor).mul(3)));
    assert.equal(gradient(), [7, 9]);
    assert.equal(seen, [[7, 9]]);
    layer.registerFullBackwardHook((_layer, [gradInput]) => gradInput!.mul(0));
    assert.equal(gradient(), [0, 0]);
  });

  test('a layer that is used twice fires twice; one with several inputs gets all their gradients in one call', () => {
    const model = models.shared();
    const inputs = [numbers([2, 4], 1), numbers([2, 4], 2)];
    const f = () => tf.addN((model.apply(inputs) as tf.Tensor[]).map((output) => output.square().sum())) as tf.Scalar;
    const plain = Object.values(tf.variableGrads(f).grads).map(array);
    const net = wrapTfjs(tf, model);
    const seen: number[][][] = [];
    let fired = 0;
    net.getSubmodule('joined').registerFullBackwardHook((_layer, gradInput, gradOutput) => {
      seen.push([...gradInput, ...gradOutput].map((gradient) => gradient!.shape));
      // The gradients of a concatenation are the halves of its output's.
      const joined = matrix(gradOutput[0]!);
      close(
        array(gradInput[0]!),
        joined.flatMap((row) => row.slice(0, 3)),
        0,
      );
      close(
        array(gradInput[1]!),
        joined.flatMap((row) => row.slice(3)),
        0,
      );
    });
    net.getSubmodule('tower').registerFullBackwardHook(() => void fired++);
    let outputs: number[][] = [];
    net.registerFullBackwardHook((_net, gradInput, gradOutput) => {
      outputs = [...gradInput, ...gradOutput].map((gradient) => gradient!.shape);
    });
    assert.equal(Object.values(tf.variableGrads(f).grads).map(array), plain);
    assert.equal(seen, [
      [
        [2, 3],
        [2, 3],
        [2, 6],
      ],
    ]);
    assert.is(fired, 2);
    assert.equal(outputs, [
      [2, 4],
      [2, 4],
      [2, 2],
      [2, 2],
    ]);
  });

  test('each step of an RNN fires the hooks of its cell', () => {
    const model = tf.sequential({ layers: [tf.layers.simpleRNN({ units: 2, inputShape: [3, 2], name: 'rnn' })] });
    const x = numbers([1, 3, 2]);
    const gradients = () => Object.values(tf.variableGrads(loss(model, x)).grads).map(array);
    const plain = gradients();
    let fired = 0;
    wrapTfjs(tf, model)
      .getSubmodule('rnn.cell')
      .registerFullBackwardHook((_cell, gradInput, gradOutput) => {
        fired++;
        // The input of the step and the state; the output and the new state.
        assert.equal([gradInput.length, gradOutput.length], [2, 2]);
      });
    const hooked = gradients();
    for (const [i, values] of hooked.entries()) close(values, plain[i]!, 1e-6);
    assert.is(fired, 3);
  });

  // The wasm backend of tfjs has no gradient of Embedding.
  (backend === 'wasm' ? () => {} : test)('integers have no gradient: null', () => {
    const model = tf.sequential({
      layers: [
        tf.layers.embedding({ inputDim: 4, outputDim: 2, inputLength: 3, name: 'embedding' }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 1 }),
      ],
    });
    const seen: (string | undefined)[] = [];
    wrapTfjs(tf, model)
      .getSubmodule('embedding')
      .registerFullBackwardHook((_layer, gradInput, gradOutput) => {
        seen.push(gradInput[0] === null ? 'null' : 'a tensor', gradOutput[0]?.shape.join());
      });
    const embedding = model.layers[0]!;
    tf.variableGrads(
      () => (embedding.apply(tf.tensor2d([[1, 2, 3]], [1, 3], 'int32')) as tf.Tensor).sum() as tf.Scalar,
    );
    assert.equal(seen, ['null', '1,3,2']);
  });

  test('a wrong return value: the error names the hook, what came and what was expected', async () => {
    const model = models.dense(3, 2);
    const layer = wrapTfjs(tf, model).getSubmodule('dense_0');
    const cases: [unknown, RegExp][] = [
      [[], /invalid number of grad_input, got 0, but expected 1\n {2}in Dense\(dense_0\)\n {2}hook: nonsense/],
      [[tf.ones([1, 3]), tf.ones([1, 3])], /got 2, but expected 1/],
      [tf.ones([2, 2]), /got: float32 of shape \[2, 2\]\n {2}expected: float32 of shape \[1, 3\]/],
      [tf.ones([1, 3], 'int32'), /got: int32 of shape/],
      ['text', /grad_input 0 must be a tensor/],
      [Promise.resolve(1), /grad_input 0 must be a tensor/],
    ];
    for (const [wrong, message] of cases) {
      const handle = layer.registerFullBackwardHook(function nonsense() {
        return wrong as never;
      });
      const run = () => assert.throws(() => tf.variableGrads(loss(model, x)), message);
      const x = numbers([1, 3]);
      // The caller disposes of the loss: here, the tidy.
      assert.is(await leaked(() => tf.tidy(run)), 0, String(message));
      handle.remove();
    }
    for (const wrong of [undefined, 'text']) {
      assert.throws(() => layer.registerFullBackwardHook(wrong as never), /the hook must be a function/);
    }
    assert.throws(
      () => layer.registerFullBackwardPreHook(() => {}, { always: true } as never),
      /unknown option "always"/,
    );
  });

  test('leave no tensor behind', async () => {
    const model = models.dense(3, 4, 2);
    const x = numbers([2, 3]);
    const net = wrapTfjs(tf, model);
    const constant = tf.ones([2, 4]);
    net.getSubmodule('dense_1').registerFullBackwardHook(() => constant);
    net.getSubmodule('dense_0').registerFullBackwardPreHook((_layer, [gradient]) => gradient!.mul(2));
    const run = () => {
      const { value, grads } = tf.variableGrads(loss(model, x));
      tf.dispose([value, grads as never]);
    };
    tf.tidy(run);
    assert.is(await leaked(() => tf.tidy(run)), 0);
    assert.not(constant.isDisposed);
  });

  test('a constant that two hooks return is not disposed of when their gradients are added up', () => {
    const model = models.shared();
    const inputs = [numbers([2, 4], 1), numbers([2, 4], 2)];
    const net = wrapTfjs(tf, model);
    const constant = tf.ones([2, 6]);
    let joined: number[] = [];
    for (const name of ['left', 'right']) net.getSubmodule(name).registerFullBackwardHook(() => constant);
    net.getSubmodule('joined').registerFullBackwardHook((_layer, _gradInput, [gradOutput]) => {
      joined = array(gradOutput!);
    });
    for (let i = 0; i < 2; i++) {
      tf.variableGrads(() => tf.addN((model.apply(inputs) as tf.Tensor[]).map((output) => output.sum())) as tf.Scalar);
      assert.equal(joined, Array(12).fill(2));
    }
    assert.not(constant.isDisposed);
  });

  test('a hook that scales gradients scales the learning rate of the layers before it', async () => {
    const fit = async (model: tf.LayersModel) => {
      model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
      await model.fit(numbers([4, 3]), numbers([4, 2], 5), { epochs: 1, batchSize: 4, shuffle: false, verbose: 0 });
      return model.getWeights().map(array);
    };
    const start = models.dense(3, 4, 2).getWeights().map(array);
    const plain = await fit(models.dense(3, 4, 2));
    const model = models.dense(3, 4, 2);
    const layer: TfjsLayer<tf.Tensor> = wrapTfjs(tf, model).getSubmodule('dense_1');
    layer.registerFullBackwardHook((_layer, [gradient]) => one(gradient).mul(0.5));
    const halved = await fit(model);
    for (const i of [0, 1]) {
      close(
        halved[i]!.map((value, j) => value - start[i]![j]!),
        plain[i]!.map((value, j) => (value - start[i]![j]!) / 2),
        1e-6,
      );
    }
    assert.equal(halved.slice(2), plain.slice(2));
  });
});
