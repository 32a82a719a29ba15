// Hooks on the nodes of a graph by public API alone: the graph is rewritten when it is loaded.
import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { loadTfjsGraph, wrapTfjs } from '../../../adapters/tfjs/index.ts';
import { listHooks, select } from '../../../src/index.ts';
import { onEachBackend } from './backends.ts';
import { artifacts, branchingParts, graph, input, op } from './graphs.ts';
import { emotion, emotionHandler } from './load.ts';
import { leaked, numbers, one, same } from './tensors.ts';

const loaded = () => loadTfjsGraph(tf, tf.io.fromMemory(artifacts(...branchingParts())));

onEachBackend('graph loaded for hooks', (test) => {
  const x = () => tf.tensor1d([-1, 3]);
  const plain = [9, 15];

  test('has the modules that a loaded graph has, and computes the same', async () => {
    const model = await loaded();
    const names = (net: Iterable<[string, unknown]>) => [...net].map(([name, node]) => [name, String(node)]);
    assert.equal(
      names(wrapTfjs(tf, model).namedChildren()),
      names(wrapTfjs(tf, graph(...branchingParts())).namedChildren()),
    );
    same(model.predict(x()), plain);
    same(model.execute(x()), plain);
    same(await model.executeAsync(x()), plain);
    same(model.execute(x(), 'relu'), [0, 3]);
    same(model.execute(x(), 'split:1'), [9]);
    assert.throws(() => wrapTfjs(tf, model).getSubmodule('x'), /x is a Placeholder/);
  });

  test('hooks see the inputs and output of a node, and replace the output, in predict, execute and executeAsync', async () => {
    const model = await loaded();
    const net = wrapTfjs(tf, model);
    const seen: number[][] = [];
    const observing = net.getSubmodule('twice').observe(({ inputs, output }) => {
      seen.push(...[...inputs, output].map((tensor) => [...tensor.dataSync()]));
    });
    const handle = net.getSubmodule('relu').registerForwardHook((_node, _inputs, output) => output.add(1));
    // relu: 1, 4; square: 1, 16; difference: 15; twice: 2, 8
    for (const output of [model.predict(x()), model.execute(x()), await model.executeAsync(x())])
      same(output, [17, 23]);
    const once = [
      [1, 4],
      [1, 4],
      [2, 8],
    ];
    assert.equal(seen, [...once, ...once, ...once]);
    same(model.execute(x(), 'relu'), [1, 4], 'fetching the name fetches the replacement');
    handle.remove();
    observing.remove();
    same(model.predict(x()), plain);
    assert.equal(listHooks(net), []);
  });

  test('several outputs are replaced; another model of the same graph is not hooked', async () => {
    const [model, other] = [await loaded(), await loaded()];
    wrapTfjs(tf, model)
      .getSubmodule('split')
      .registerForwardHook(((_node: unknown, inputs: tf.Tensor[], outputs: tf.Tensor[]) => {
        assert.is(inputs.length, 3);
        return [outputs[1], outputs[0]];
      }) as never);
    same(model.execute(x()), [-9, -3]);
    same(other.execute(x()), plain);
  });

  test('control inputs are not inputs', async () => {
    const after = { ...op('after', 'Neg', 'x'), input: ['x', '^first'] };
    const model = await loadTfjsGraph(
      tf,
      tf.io.fromMemory(artifacts([input(-1), op('first', 'Square', 'x'), after], ['after'])),
    );
    let count = 0;
    wrapTfjs(tf, model)
      .getSubmodule('after')
      .observe(({ inputs }) => {
        count = inputs.length;
      });
    same(model.predict(x()), [1, -3]);
    assert.is(count, 1);
  });

  test('no tensor is left, whatever hooks return or throw', async () => {
    const model = await loaded();
    const net = wrapTfjs(tf, model);
    const kept = tf.tensor1d([5, 5]);
    const given = x();
    const hooks: ((output: tf.Tensor) => tf.Tensor | undefined)[] = [
      () => undefined,
      (output) => output,
      (output) => output.add(1),
      () => kept,
      (output) => {
        output.square();
        throw new Error('thrown by the hook');
      },
    ];
    const run = (how: 'predict' | 'executeAsync') =>
      leaked(async () => {
        try {
          tf.dispose(await model[how](given));
        } catch (error) {
          assert.is((error as Error).message, 'thrown by the hook');
        }
      });
    assert.is(await run('predict'), 0, 'unhooked');
    assert.is(await run('executeAsync'), 0, 'unhooked');
    for (const hook of hooks) {
      for (const name of ['relu', 'end']) {
        const handle = net.getSubmodule(name).registerForwardHook((_node, _inputs, output) => hook(output));
        assert.is(await run('predict'), 0, `${hook} at ${name}`);
        assert.is(await run('executeAsync'), 0, `${hook} at ${name}`);
        handle.remove();
      }
    }
    assert.not(kept.isDisposed);
  });

  test('a real model: the same bits and the same fused nodes, unhooked and with hooks on every node', async () => {
    const [usual, prepared] = [await emotion(), await loadTfjsGraph(tf, await emotionHandler())];
    const face = numbers([1, 64, 64, 1]);
    const predict = (model: tf.GraphModel) => {
      const output = one(model.predict(face));
      const values = [...output.dataSync()];
      output.dispose();
      return values;
    };
    const expected = predict(usual);
    assert.equal(predict(prepared), expected);
    const net = wrapTfjs(tf, prepared);
    const fused = (model: tf.GraphModel) => [...wrapTfjs(tf, model).namedChildren()].map(([, node]) => String(node));
    assert.equal(fused(prepared), fused(usual));
    assert.ok(fused(prepared).some((name) => name.startsWith('_FusedConv2D[biasadd, relu]')));
    const seen = new Set<string>();
    const left = await leaked(() => {
      const handle = select(net, '**').registerForwardHook(() => undefined);
      const observing = select(net, '**').observe(({ path }) => seen.add(path));
      assert.equal(predict(prepared), expected);
      observing.remove();
      handle.remove();
    });
    assert.is(left, 0);
    assert.is(seen.size, fused(usual).length);
    usual.dispose();
    prepared.dispose();
    assert.throws(() => wrapTfjs(tf, { ...prepared } as never), /the model must be a LayersModel/);
  });

  test('save() writes the original graph', async () => {
    const original = artifacts(...branchingParts());
    const model = await loadTfjsGraph(tf, tf.io.fromMemory(original));
    wrapTfjs(tf, model)
      .getSubmodule('relu')
      .registerForwardHook((_node, _inputs, output) => output.add(1));
    let saved: tf.io.ModelArtifacts | undefined;
    await model.save(
      tf.io.withSaveHandler(async (given) => {
        saved = given;
        return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
      }),
    );
    assert.equal(saved, original);
    same((await tf.loadGraphModel(tf.io.fromMemory(saved!))).predict(x()), plain);
    try {
      await model.save('nowhere://at-all');
      assert.unreachable();
    } catch (error) {
      assert.match((error as Error).message, /Cannot find any save handlers/, "tfjs's own error");
    }
  });

  test('bad input: no tfjs, no converter, no handler, a handler that throws, artifacts without a graph', async () => {
    const refused = async (run: () => Promise<unknown>, message: RegExp) => {
      try {
        await run();
      } catch (error) {
        return assert.match((error as Error).message, message);
      }
      assert.unreachable(String(message));
    };
    const { registerOp: _left, ...without } = tf;
    await refused(() => loadTfjsGraph(undefined as never, 'model.json'), /must be tfjs/);
    await refused(() => loadTfjsGraph(without as typeof tf, 'model.json'), /it has no registerOp/);
    await refused(() => loadTfjsGraph(tf, {} as never), /the source must be an address or a tf.io handler/);
    await refused(() => loadTfjsGraph(tf, undefined as never), /the source must be an address or a tf.io handler/);
    const failing = { load: () => Promise.reject(new Error('not today')) };
    await refused(() => loadTfjsGraph(tf, failing), /not today/);
    for (const [artifacts, came] of [
      [null, 'null'],
      [{}, 'an Object'],
      [{ modelTopology: { model_config: {} } }, 'an Object'],
    ] as const) {
      const expected = new RegExp(`the model has no graph\\n {2}got: ${came}\\n {2}expected: a modelTopology`);
      await refused(() => loadTfjsGraph(tf, { load: async () => artifacts }), expected);
    }
  });
});
