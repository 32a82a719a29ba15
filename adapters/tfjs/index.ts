/**
 * layertap/adapters/tfjs: hooks on any layer, model and graph of TensorFlow.js.
 * @module
 */

/* Wrapping a model */
export { wrapTfjs } from './wrap.ts';
export { loadTfjsGraph, type TfjsLoader, type TfjsLoadHandler } from './graph-loading.ts';

/* Layers, and models made of layers */
export { ofClass, type TfjsBackwardHook, type TfjsBackwardPreHook, type TfjsInputs, TfjsLayer } from './layer.ts';
export type { TfjsCallOptions } from './framework.ts';

/* GraphModels and their nodes */
export { TfjsGraph } from './graph.ts';
export { TfjsNode } from './graph-node.ts';

/* The parts of tfjs that are needed, as structural types */
export type { Tfjs, TfjsGraphModelLike, TfjsLayerLike, TfjsTensor } from './framework.ts';
