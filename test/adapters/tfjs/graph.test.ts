// Hooks on the nodes of a loaded GraphModel. Removing the last one restores the graph.
import * as tf from '@tensorflow/tfjs';
import { take } from 'rxjs';
import * as assert from 'uvu/assert';
import { loadTfjsGraph, type TfjsGraph, TfjsNode, wrapTfjs } from '../../../adapters/tfjs/index.ts';
import { listHooks, removeAllHooks, select } from '../../../src/index.ts';
import { onEachBackend } from './backends.ts';
import { artifacts, branchingParts, graph, input, op, passThroughGraph, topParts } from './graphs.ts';
import { leaked, same } from './tensors.ts';

const branching = () => graph(...branchingParts());

/** A graph as names, to be compared. */
function shapeOf(model: tf.GraphModel): unknown {
  const { nodes, outputs } = (
    model as unknown as { executor: { graph: { nodes: object; outputs: { name: string }[] } } }
  ).executor.graph;
  type Node = { name: string; op: string; inputNames: string[]; inputs: Node[]; children: Node[] };
  const names = (list: Node[]) => list.map(({ name }) => name);
  return {
    nodes: Object.entries(nodes as Record<string, Node>).map(([key, node]) => [
      key,
      node.name,
      node.op,
      node.inputNames,
      names(node.inputs),
      names(node.children),
    ]),
    outputs: outputs.map(({ name }) => name),
  };
}

onEachBackend('graph', (test) => {
  const x = () => tf.tensor1d([-1, 3]);
  // relu: 0, 3; square: 0, 9; difference: 9; twice: 0, 6; end: 9, 15
  const plain = [9, 15];

  test('every node but constants and inputs is a module under its name', () => {
    const net = wrapTfjs(tf, branching());
    assert.equal(
      [...net.namedChildren()].map(([name, node]) => [name, String(node)]),
      [
        ['relu', 'Relu(relu)'],
        ['square', 'Square(square)'],
        ['split', 'SplitV(split)'],
        ['difference', 'Sub(difference)'],
        ['twice', 'AddV2(twice)'],
        ['end', 'AddV2(end)'],
      ],
    );
    assert.is(wrapTfjs(tf, net.model as tf.GraphModel), net);
    assert.is(net.getSubmodule('relu'), net.getSubmodule('relu'));
    assert.throws(() => net.getSubmodule('x'), /x is a Placeholder, which computes nothing/);
    assert.throws(() => net.getSubmodule('sqare'), /no node "sqare"\n {2}nearest: square, /);
    assert.throws(() => net.getSubmodule('relu/before'), /no node "relu\/before"\n {2}nearest: relu/);
    assert.throws(() => net.getSubmodule('relu')(x()), /Relu\(relu\) cannot be called: only its model runs it/);
  });

  test('hooks see the inputs and output of a node, in predict, execute and executeAsync', async () => {
    const model = branching();
    const node = wrapTfjs(tf, model).getSubmodule('twice');
    const seen: number[][] = [];
    node.registerForwardHook((module, inputs, output) => {
      assert.ok(module instanceof TfjsNode);
      seen.push(...[...inputs, output].map((tensor) => [...tensor.dataSync()]));
    });
    const once = [
      [0, 3],
      [0, 3],
      [0, 6],
    ];
    same(model.predict(x()), plain);
    same(model.execute(x()), plain);
    same(await model.executeAsync(x()), plain);
    assert.equal(seen, [...once, ...once, ...once]);
  });

  test('a replacement is what consumers get, and what is fetched under the name of the node', () => {
    const model = branching();
    const net = wrapTfjs(tf, model);
    const handle = net.getSubmodule('relu').registerForwardHook((_node, _inputs, output) => output.add(1));
    // relu: 1, 4; square: 1, 16; difference: 15; twice: 2, 8
    same(model.execute(x()), [17, 23]);
    const [relu, end] = model.execute(x(), ['relu', 'end']) as tf.Tensor[];
    same(relu, [1, 4]);
    same(end, [17, 23]);
    net.getSubmodule('end').registerForwardHook((_node, _inputs, output) => output.neg());
    same(model.execute(x()), [-17, -23]);
    handle.remove();
    same(model.execute(x()), [-9, -15]);
  });

  test('a node of several outputs: an array, replaced by an array', () => {
    const model = branching();
    const split = wrapTfjs(tf, model).getSubmodule('split');
    split.registerForwardHook(((_node: unknown, inputs: tf.Tensor[], outputs: tf.Tensor[]) => {
      assert.is(inputs.length, 3);
      assert.is(outputs.length, 2);
      return [outputs[1], outputs[0]];
    }) as never);
    same(model.execute(x()), [-9, -3]);
    split.registerForwardHook((() => tf.ones([1])) as never);
    assert.throws(() => model.execute(x()), /expected: an array of 2 tensors/);
  });

  test('an output that the graph does not use is seen, replaced and fetched too', async () => {
    const parts = topParts();
    const models = [graph(...parts), await loadTfjsGraph(tf, tf.io.fromMemory(artifacts(...parts)))];
    const x = tf.tensor1d([1, 5, 3]);
    for (const model of models) {
      const fetched = async (name: string) => {
        let values: number[] = [];
        const run = async () => {
          for (const output of [model.execute(x, name), await model.executeAsync(x, name)] as tf.Tensor[]) {
            values = [...output.dataSync()];
            output.dispose();
          }
        };
        assert.is(await leaked(run), 0, name);
        return values;
      };
      const all = async () => [await fetched('out'), await fetched('top'), await fetched('top:1')];
      const plain = await all();
      assert.equal(plain, [
        [-5, -3],
        [5, 3],
        [1, 2],
      ]);
      const top = wrapTfjs(tf, model).getSubmodule('top');
      const seen: number[] = [];
      const observing = top.observe(({ output }) => seen.push((output as unknown as tf.Tensor[]).length));
      assert.equal(await all(), plain);
      assert.equal(seen, [2, 2, 2, 2, 2, 2]);
      observing.remove();
      const replacing = top.registerForwardHook(((_node: unknown, _inputs: unknown, outputs: tf.Tensor[]) => [
        outputs[0]!.add(1),
        outputs[1]!.add(tf.scalar(1, 'int32')),
      ]) as never);
      assert.equal(await all(), [
        [-6, -4],
        [6, 4],
        [2, 3],
      ]);
      replacing.remove();
      assert.equal(await all(), plain);
    }
  });

  test('identity hooks on every node change no bit; removing them, in any order, restores the graph', async () => {
    const model = branching();
    const before = shapeOf(model);
    const net = wrapTfjs(tf, model);
    const names = [...net.namedChildren()].map(([name]) => name);
    for (const order of [names, [...names].reverse(), ['twice', 'end', 'square', 'relu', 'split', 'difference']]) {
      const handles = names.map((name) =>
        net.getSubmodule(name).registerForwardHook((_node, _inputs, output) => output),
      );
      assert.not.equal(shapeOf(model), before);
      same(model.execute(x()), plain);
      same(await model.executeAsync(x()), plain);
      for (const name of order) {
        handles[names.indexOf(name)]!.remove();
        same(model.execute(x()), plain);
      }
      assert.equal(shapeOf(model), before);
      assert.equal(listHooks(net), []);
    }
  });

  test('hooks are removed and registered during a run', async () => {
    const inc = (_node: unknown, _inputs: unknown, output: unknown) => (output as tf.Tensor).add(1) as never;
    const prepared = () => loadTfjsGraph(tf, tf.io.fromMemory(artifacts(...branchingParts())));
    // With the outputs of the first run and the second, for x of -1, 3.
    const cases: [string, (net: TfjsGraph<tf.Tensor>) => void, number[], number[]][] = [
      [
        'one that removes itself',
        (net) => {
          const handle = net.getSubmodule('relu').registerForwardHook((node, inputs, output) => {
            handle.remove();
            return inc(node, inputs, output);
          });
        },
        [17, 23],
        plain,
      ],
      ['take(1)', (net) => void net.getSubmodule('relu').observe().pipe(take(1)).subscribe(), plain, plain],
      [
        'one that is removed before it runs',
        (net) => {
          const handle = net.getSubmodule('twice').registerForwardHook(inc);
          net.getSubmodule('relu').observe(() => handle.remove());
        },
        plain,
        plain,
      ],
      [
        'one that is removed after it has run',
        (net) => {
          const handle = net.getSubmodule('relu').registerForwardHook(inc);
          net.getSubmodule('end').observe(() => handle.remove());
        },
        [17, 23],
        plain,
      ],
      [
        'one that is removed and registered again',
        (net) => {
          const handle = net.getSubmodule('twice').registerForwardHook(inc);
          net.getSubmodule('relu').observe(() => {
            handle.remove();
            removeAllHooks(net.getSubmodule('twice'));
            net.getSubmodule('twice').registerForwardHook(inc);
          });
        },
        [10, 16],
        [10, 16],
      ],
      [
        'one that a hook of the model removes',
        (net) => {
          const handle = net.getSubmodule('relu').registerForwardHook(inc);
          net.registerForwardPreHook(() => handle.remove());
        },
        plain,
        plain,
      ],
    ];
    for (const model of [branching(), await prepared()]) {
      const net = wrapTfjs(tf, model);
      const before = shapeOf(model);
      for (const how of ['predict', 'execute', 'executeAsync'] as const) {
        for (const [what, register, first, second] of cases) {
          register(net);
          const left = await leaked(async () => {
            for (const expected of [first, second]) {
              const given = x();
              const output = (await model[how](given)) as tf.Tensor;
              assert.equal([...output.dataSync()], expected, `${how}, ${what}`);
              tf.dispose([given, output]);
            }
          });
          assert.is(left, 0, `${how}, ${what}`);
          removeAllHooks(net);
          assert.equal(shapeOf(model), before, `${how}, ${what}`);
          assert.not(Object.hasOwn(model, 'execute'));
          assert.not(Object.hasOwn(model, 'executeAsync'));
        }
        // A hook that is registered during a run fires in the next one at the latest.
        const twice = net.getSubmodule('twice');
        const observing = net.getSubmodule('relu').observe(() => {
          observing.remove();
          twice.registerForwardHook(inc);
        });
        tf.dispose(await model[how](x()));
        same(await model[how](x()), [10, 16]);
        removeAllHooks(net);
        assert.equal(shapeOf(model), before);
      }
    }
  });

  test('the graph is restored when the last of several runs has ended', async () => {
    const model = branching();
    const net = wrapTfjs(tf, model);
    const relu = net.getSubmodule('relu');
    const handle = relu.registerForwardHook((_node, _inputs, output) => output.add(1));
    const runs = [model.executeAsync(x()), model.executeAsync(x())];
    const hooked = shapeOf(model);
    handle.remove();
    assert.equal(shapeOf(model), hooked);
    for (const output of await Promise.all(runs)) same(output, plain);
    assert.not.equal(shapeOf(model), hooked);
    same(net.forward(x()), plain);
  });

  test('no tensor is left, whatever hooks return or throw', async () => {
    const model = branching();
    const net = wrapTfjs(tf, model);
    const kept = tf.tensor1d([5, 5]);
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
    const input = x();
    for (const hook of hooks) {
      for (const place of [net.getSubmodule('relu'), net.getSubmodule('end'), net]) {
        const handle = place.registerForwardHook(((_node: unknown, _inputs: unknown, output: tf.Tensor) =>
          hook(output)) as never);
        for (const run of [() => model.execute(input), () => model.predict(input), () => model.executeAsync(input)]) {
          const left = await leaked(async () => {
            try {
              tf.dispose(await run());
            } catch (error) {
              assert.is((error as Error).message, 'thrown by the hook');
            }
          });
          assert.is(left, 0, `${hook} at ${place}, ${run}`);
        }
        handle.remove();
      }
    }
    assert.not(kept.isDisposed);
  });

  test('hooks of the model see its arguments and outputs; a pre-hook may return the input alone', async () => {
    const model = branching();
    const net = wrapTfjs(tf, model);
    net.registerForwardPreHook((_model, [inputs]) => (inputs as tf.Tensor).add(1));
    const seen: unknown[] = [];
    net.observe(({ inputs, output }) => seen.push(inputs.length, [...output.dataSync()]));
    // relu: 0, 4; square: 0, 16; twice: 0, 8
    same(model.predict(x()), [16, 24]);
    same(await model.executeAsync(x(), 'twice'), [0, 8]);
    same(net(x()), [16, 24]);
    same(net.forward(x()), plain);
    assert.equal(seen, [2, [16, 24], 2, [0, 8], 2, [16, 24]]);
  });

  test('the outputs of a graph without a signature are hooked too', () => {
    const model = graph([input(-1), op('out', 'Neg', 'x')], ['out'], [], { signature: false });
    wrapTfjs(tf, model)
      .getSubmodule('out')
      .registerForwardHook((_node, _inputs, output) => output.mul(10));
    assert.equal(
      model.outputs.map(({ name }) => name),
      ['out'],
    );
    same(model.predict(x()), [10, -30]);
  });

  test('a kept tensor that a hook on executeAsync returns is not disposed of', async () => {
    const model = branching();
    let kept: tf.Tensor | undefined;
    wrapTfjs(tf, model).registerForwardHook((_model, _inputs, output) => {
      kept ??= tf.keep((output as tf.Tensor).add(1));
      return kept;
    });
    for (let i = 0; i < 2; i++) tf.dispose(await model.executeAsync(x()));
    assert.not(kept!.isDisposed);
  });

  test('control inputs are not inputs', async () => {
    const nothing = { ...op('nothing', 'NoOp'), input: ['^first'] };
    const after = { ...op('after', 'Neg', 'x'), input: ['x', '^nothing'] };
    const parts = [[input(-1), op('first', 'Square', 'x'), nothing, after], ['after']] as const;
    const model = graph([...parts[0]], [...parts[1]]);
    const before = shapeOf(model);
    let count = 0;
    const handle = wrapTfjs(tf, model)
      .getSubmodule('after')
      .observe(({ inputs }) => {
        count = inputs.length;
      });
    same(model.predict(x()), [1, -3]);
    assert.is(count, 1);
    handle.remove();
    assert.equal(shapeOf(model), before);
  });

  test('globs match whole names, slashes included', () => {
    const net = wrapTfjs(tf, branching());
    assert.equal(
      [...select(net, 's*')].map(([name]) => name),
      ['square', 'split'],
    );
  });

  test('bad input: a wrong shape or dtype, a disposed tensor, a promise, a pre-hook', () => {
    const model = passThroughGraph((x) => x.mul(2));
    const net = wrapTfjs(tf, model);
    const node = net.getSubmodule('node');
    const disposed = tf.ones([2]);
    disposed.dispose();
    const cases: [unknown, RegExp][] = [
      [
        tf.ones([3]),
        /in TestD*\d+\(node\)\n {2}hook: wrong\n.*\n {2}expected: float32 of shape \[2\], not float32 of shape \[3\]/,
      ],
      [tf.ones([2], 'int32'), /not int32 of shape \[2\]/],
      [[tf.ones([2])], /expected: a tensor, or undefined/],
      [disposed, /not disposed/],
      [Promise.resolve(1), /cannot wait/],
    ];
    for (const [value, message] of cases) {
      const handle = node.registerForwardHook(function wrong() {
        return value as never;
      });
      assert.throws(() => model.execute(x()), message);
      handle.remove();
    }
    assert.throws(
      () => node.registerForwardPreHook(() => undefined),
      /has no pre-hooks: it gets its inputs from the graph/,
    );
    assert.equal(listHooks(net), []);
    same(model.execute(x()), [-2, 6]);
  });

  test('a graph that is disposed of or not loaded, or a tf without registerOp, is refused', () => {
    const gone = branching();
    gone.dispose();
    assert.throws(() => wrapTfjs(tf, gone), /has been disposed of/);
    const wrapped = branching();
    const handle = wrapTfjs(tf, wrapped)
      .getSubmodule('relu')
      .observe(() => undefined);
    wrapped.dispose();
    assert.throws(() => wrapTfjs(tf, wrapped), /has been disposed of/, 'also if it was wrapped before');
    handle.remove();
    const unloaded = new tf.GraphModel('nowhere');
    assert.throws(() => wrapTfjs(tf, unloaded), /has not been loaded yet/);
    const { registerOp: _left, ...without } = tf;
    assert.throws(() => wrapTfjs(without as typeof tf, branching()), /must have registerOp for a GraphModel/);
  });
});
