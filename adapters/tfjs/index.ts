/**
 * layertap/adapters/tfjs: hooks on any layer, model and graph of TensorFlow.js.
 * @module
 */
export type { Tfjs, TfjsCallOptions, TfjsGraphModelLike, TfjsLayerLike, TfjsTensor } from './framework.ts';
export { TfjsGraph } from './graph.ts';
export { loadTfjsGraph, type TfjsLoader, type TfjsLoadHandler } from './graph-loading.ts';
export { TfjsNode } from './graph-node.ts';
export { type TfjsBackwardHook, type TfjsBackwardPreHook, type TfjsInputs, TfjsLayer } from './layer.ts';
export { ofClass } from './of-class.ts';
export { wrapTfjs } from './wrap.ts';
