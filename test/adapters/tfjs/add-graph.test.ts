// SummaryWriter.addGraph on models of tfjs: the graph of a GraphModel, a trace of layers. No hook and no tensor is left.
import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { loadTfjsGraph, wrapTfjs } from '../../../adapters/tfjs/index.ts';
import { type Hookable, listHooks, Module } from '../../../src/index.ts';
import type { GraphNode } from '../../../src/tensorboard/graph/graph-def.ts';
import { traceGraph } from '../../../src/tensorboard/graph/trace.ts';
import { onEachBackend } from './backends.ts';
import { artifacts, branchingParts, graph, input, op } from './graphs.ts';
import * as models from './models.ts';
import { leaked, numbers } from './tensors.ts';

const lines = (nodes: readonly GraphNode[]) =>
  nodes.map(({ name, op, inputs, shapes }) => `${name} (${op}) [${shapes.join('; ')}] < ${inputs.join(', ')}`);

onEachBackend('addGraph', (test) => {
  async function traced(net: Hookable, ...inputs: unknown[]): Promise<string[]> {
    let nodes: readonly GraphNode[] = [];
    const left = await leaked(async () => {
      nodes = await traceGraph(net, inputs);
    });
    assert.is(left, 0, 'tensors are left');
    assert.equal(listHooks(net), []);
    return lines(nodes);
  }

  test('a GraphModel: its nodes and edges as TensorFlow saved them, with the shapes of a call', async () => {
    const nothing = { ...op('nothing', 'NoOp'), input: ['^twice'] };
    const parts = branchingParts();
    parts[0] = [...parts[0]!, nothing, { ...op('last', 'Neg', 'end'), input: ['end', '^nothing'] }];
    const saved = artifacts(parts[0], ['last'], parts[2]);
    const expected = [
      'x (Placeholder) [] < ',
      'sizes (Const) [2] < ',
      'axis (Const) [] < ',
      'relu (Relu) [2] < x',
      'square (Square) [2] < relu',
      'split (SplitV) [1; 1] < square, sizes, axis',
      'difference (Sub) [1] < split:1, split',
      'twice (AddV2) [2] < relu, relu',
      'end (AddV2) [2] < twice, difference',
      'nothing (NoOp) [] < ^twice',
      'last (Neg) [2] < end, ^nothing',
    ];
    const model = graph(parts[0], ['last'], parts[2]);
    const prepared = await loadTfjsGraph(tf, tf.io.fromMemory(saved));
    const x = tf.tensor1d([-1, 3]);
    assert.equal(await traced(wrapTfjs(tf, prepared), x), expected);
    // A loaded model no longer knows which node a NoOp waits for, only which nodes wait for a NoOp.
    const loaded = await traced(wrapTfjs(tf, model), { x });
    assert.equal(
      loaded.filter((line) => !line.startsWith('nothing')),
      expected.filter((line) => !line.startsWith('nothing')),
    );
    assert.not(x.isDisposed);
  });

  test('a hooked GraphModel has the graph of the unhooked one', async () => {
    const model = graph(...branchingParts());
    const net = wrapTfjs(tf, model);
    const x = tf.tensor1d([-1, 3]);
    const plain = await traced(net, x);
    const handle = net.getSubmodule('relu').registerForwardHook((_node, _inputs, output) => output.add(1));
    assert.equal(lines(await traceGraph(net, [x])), plain);
    handle.remove();
    assert.equal(await traced(net, x), plain);
  });

  test('a call that fails gives an error of addGraph(), and leaves nothing registered', async () => {
    const net = wrapTfjs(tf, graph(...branchingParts()));
    const left = await leaked(() => {
      assert.throws(
        () => traceGraph(net, [tf.tidy(() => 'no tensor')]),
        /addGraph\(\): TfjsGraph could not be called: /,
      );
    });
    assert.is(left, 0);
    assert.equal(listHooks(net), []);
  });

  test('layers: an edge for each tensor that one layer takes from another, and no tensor is left', async () => {
    const model = models.shared();
    const [a, b] = [numbers([2, 4]), numbers([2, 4], 2)];
    // tfjs runs the tower on the second input first.
    assert.equal(await traced(wrapTfjs(tf, model), a, b), [
      'input/input.1 (IO Node) [2,4] < ',
      'input/input.2 (IO Node) [2,4] < ',
      'TfjsLayer/TfjsLayer[tower] (TfjsLayer) [2,3] < input/input.2',
      'TfjsLayer/TfjsLayer[tower]_1 (TfjsLayer) [2,3] < input/input.1',
      'TfjsLayer/TfjsLayer[joined] (TfjsLayer) [2,6] < TfjsLayer/TfjsLayer[tower]_1, TfjsLayer/TfjsLayer[tower]',
      'TfjsLayer/TfjsLayer[left] (TfjsLayer) [2,2] < TfjsLayer/TfjsLayer[joined]',
      'TfjsLayer/TfjsLayer[right] (TfjsLayer) [2,2] < TfjsLayer/TfjsLayer[joined]',
      'output/output.1 (IO Node) [2,2] < TfjsLayer/TfjsLayer[left]',
      'output/output.2 (IO Node) [2,2] < TfjsLayer/TfjsLayer[right]',
    ]);
    assert.not(a.isDisposed || b.isDisposed);
  });

  test('the layers of a Sequential that tfjs took apart belong to the outer model', async () => {
    const first = models.dense(2, 3);
    const model = tf.sequential({ layers: [first, tf.layers.reLU({ name: 'end' })] });
    assert.equal(await traced(wrapTfjs(tf, model), numbers([1, 2])), [
      'input/input.1 (IO Node) [1,2] < ',
      'TfjsLayer/TfjsLayer[dense_0] (TfjsLayer) [1,3] < input/input.1',
      'TfjsLayer/TfjsLayer[end] (TfjsLayer) [1,3] < TfjsLayer/TfjsLayer[dense_0]',
      'output/output.1 (IO Node) [1,3] < TfjsLayer/TfjsLayer[end]',
    ]);
  });

  test('a GraphModel inside a module is one node', async () => {
    class Outer extends Module {
      graph = wrapTfjs(tf, graph([input(-1), op('a', 'Relu', 'x'), op('b', 'Neg', 'a')], ['b']));
      override forward(x: tf.Tensor): unknown {
        return this.graph(x);
      }
    }
    const net = new Outer();
    const nodes = traceGraph(net, [tf.tensor1d([1])]) as GraphNode[];
    assert.ok(nodes.some(({ name }) => name === 'Outer/TfjsGraph[graph]'));
    assert.equal(listHooks(net), []);
  });
});
