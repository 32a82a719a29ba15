// Tensors, modules and the functions that compute them.
export { clone } from './clone.ts';
export { full, ones, rand, randn, tensor, zeros } from './create.ts';
export { linear, relu } from './functional.ts';
export { Identity } from './identity.ts';
export { Linear, type LinearOptions } from './linear.ts';
export { Module } from './module.ts';
export { ModuleDict } from './module-dict.ts';
export { ModuleList } from './module-list.ts';
export { Parameter } from './parameter.ts';
export { manualSeed } from './random.ts';
export { ReLU } from './relu.ts';
export { Sequential } from './sequential.ts';
export type { IncompatibleKeys, StateDict, StateDictTensor } from './state-dict.ts';
export { type Nested, type ReadonlyFloat32Array, Tensor, type TensorLike, tensorReader } from './tensor.ts';
