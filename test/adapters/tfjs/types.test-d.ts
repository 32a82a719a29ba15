// The types that a user gets; checked by tsc.
import * as tf from '@tensorflow/tfjs';
import { type TfjsGraph, type TfjsLayer, type TfjsNode, wrapTfjs } from '../../../adapters/tfjs/index.ts';

type Equal<A, B> = (<V>() => V extends A ? 1 : 2) extends <V>() => V extends B ? 1 : 2 ? true : false;
const check = <T extends true>(): T | undefined => undefined;

declare const model: tf.LayersModel;
declare const graph: tf.GraphModel;

const net = wrapTfjs(tf, model);
check<Equal<typeof net, TfjsLayer<tf.Tensor, tf.Tensor>>>();
wrapTfjs(tf, tf.layers.dense({ units: 1 }));
wrapTfjs(tf, tf.sequential());

net.registerForwardHook((_layer, inputs, output) => {
  check<Equal<(typeof inputs)[0], tf.Tensor>>();
  check<Equal<typeof output, tf.Tensor>>();
  return output.mul(2);
});
// @ts-expect-error a number is no tensor
net.registerForwardHook(() => 7);
net.getSubmodule<tf.Tensor[]>('lstm').registerForwardHook((_layer, _inputs, [first]) => [first!]);
net.registerFullBackwardHook((_layer, [gradient]) => gradient?.mul(2) ?? null);
// @ts-expect-error a string is no tensor
net('x');

const nodes = wrapTfjs(tf, graph);
check<Equal<typeof nodes, TfjsGraph<tf.Tensor>>>();
check<Equal<ReturnType<typeof nodes.getSubmodule>, TfjsNode<tf.Tensor>>>();
nodes.getSubmodule('relu').registerForwardHook((_node, _inputs, output) => output.relu());

// @ts-expect-error not a model
wrapTfjs(tf, {});
// @ts-expect-error not tfjs
wrapTfjs({}, model);
