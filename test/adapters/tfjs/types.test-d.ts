// The types that a user gets; checked by tsc.
import * as tf from '@tensorflow/tfjs';
import { ofClass, type TfjsGraph, type TfjsLayer, type TfjsNode, wrapTfjs } from '../../../adapters/tfjs/index.ts';
import { type Hookable, type Selection, select } from '../../../src/index.ts';

type Equal<A, B> = (<V>() => V extends A ? 1 : 2) extends <V>() => V extends B ? 1 : 2 ? true : false;
const check = <T extends true>(): T | undefined => undefined;

declare const model: tf.LayersModel;
declare const graph: tf.GraphModel;

const net = wrapTfjs(tf, model);
check<Equal<typeof net, TfjsLayer<tf.Tensor, tf.Tensor, tf.LayersModel, tf.layers.Layer>>>();
// What hooks of any layer take fits, whatever tfjs's class of it is.
const anyLayer: TfjsLayer<tf.Tensor> = net;
anyLayer.registerForwardHook((_layer, _inputs, output) => output.neg());
wrapTfjs(tf, tf.layers.dense({ units: 1 }));
wrapTfjs(tf, tf.sequential());

net.registerForwardHook((_layer, inputs, output) => {
  check<Equal<(typeof inputs)[0], tf.Tensor>>();
  check<Equal<typeof output, tf.Tensor>>();
  return output.mul(2);
});
// @ts-expect-error a number is not a tensor
net.registerForwardHook(() => 7);
net.getSubmodule<tf.Tensor[]>('lstm').registerForwardHook((_layer, _inputs, [first]) => [first!]);
net.registerFullBackwardHook((_layer, [gradient]) => gradient?.mul(2) ?? null);
// @ts-expect-error a string is not a tensor
net('x');

const nodes = wrapTfjs(tf, graph);
check<Equal<typeof nodes, TfjsGraph<tf.Tensor>>>();
check<Equal<ReturnType<typeof nodes.getSubmodule>, TfjsNode<tf.Tensor>>>();
nodes.getSubmodule('relu').registerForwardHook((_node, _inputs, output) => output.relu());

// @ts-expect-error not a model
wrapTfjs(tf, {});
// @ts-expect-error not tfjs
wrapTfjs({}, model);

// tfjs's own layer keeps its type: of the one that was wrapped, and of those in a model.
wrapTfjs(tf, tf.layers.dense({ units: 1 })).layer.getWeights();
net.layer.predict(tf.ones([1]));
net.getSubmodule('dense').layer.getWeights();
wrapTfjs(tf, tf.sequential()).getSubmodule('rnn.cell').layer.countParams();

// A selection knows what is below its root: no type argument is needed for tensors to be tensors.
type Layers = TfjsLayer<tf.Tensor, tf.Tensor, tf.layers.Layer>;
const layers = select(net, '**');
check<Equal<typeof layers, Selection<Layers>>>();
layers.observe(({ path, module, output }) => `${path} ${module.layer.name} ${output.dataSync()[0]}`);
select(net, 'conv*').registerForwardHook((_layer, _inputs, output) => tf.zerosLike(output));
// @ts-expect-error a number is not a tensor
select(net, 'conv*').registerForwardHook(() => 7);
select(net, ofClass('Dense')).observe(({ output }) => output.dataSync());
select(net, /conv/).observe(({ output }) => output.dataSync());
select(net, (path, module) => path !== '' && module.layer.name !== 'input').observe(({ output }) => output.dataSync());
for (const [, layer] of layers) layer.registerFullBackwardHook((_layer, [gradient]) => gradient?.neg());
for (const [, layer] of net.namedChildren()) layer.registerFullBackwardHook((_l, _i, [gradient]) => gradient?.print());
for (const layer of net.modules()) layer.keep(tf.ones([1]));
for (const [, layer] of net.namedModules()) layer.registerFullBackwardPreHook(() => undefined);
for (const layer of net.children()) layer.observe(({ output }) => output.print());
select<TfjsLayer<tf.Tensor>>(net, '**').observe(({ output }) => output.print());
select<TfjsLayer<tf.Tensor, tf.Tensor[]>>(net, 'lstm*').observe(({ output: [first] }) => first?.print());
const nodesBelow = select(nodes, '**');
check<Equal<typeof nodesBelow, Selection<TfjsNode<tf.Tensor>>>>();
select(nodes, /./).registerForwardHook((_node, _inputs, output) => output.relu());
// A root of any kind says nothing about its modules.
declare const anything: Hookable;
check<Equal<ReturnType<typeof selectAll>, Selection<Hookable>>>();
const selectAll = () => select(anything, '**');

// Pre-hooks give the only input, or an array of all.
net.registerForwardPreHook((_layer, inputs) => [inputs[0].mul(2)]);
net.registerForwardPreHook((_layer, [x]) => x.mul(2));
net.registerForwardPreHook((_layer, [x]) => [x, { training: true }]);
select(net, '*').registerForwardPreHook((_layer, inputs) => [inputs[0].mul(2)]);
// @ts-expect-error a number is not a tensor
net.registerForwardPreHook(() => [7]);
