/**
 * layertap: tap into any layer.
 * @module
 */

/* Hooks on modules */
export {
  type ForwardEvent,
  type ForwardHook,
  type ForwardHookOptions,
  type ForwardPreHook,
  type ForwardPreHookOptions,
  type Handle,
  Hookable,
  type HookResult,
  type InputsOf,
  type OutputOf,
  RemovableHandle,
} from './hooks/index.ts';

/* Hooks on any method of any object */
export { type AttachedMethod, type AttachOptions, attach, type MethodName } from './hooks/index.ts';
export type { TensorReader, TensorValues } from './hooks/index.ts';

/* Many modules at once */
export { type ModuleClass, Selection, type Selector, select } from './hooks/index.ts';
export { type HookInfo, listHooks, removeAllHooks, withHooks } from './hooks/index.ts';
export {
  type GlobalForwardHook,
  type GlobalForwardPreHook,
  registerModuleForwardHook,
  registerModuleForwardPreHook,
} from './hooks/index.ts';

/* Observing and transforming with RxJS */
export { type ChunkEvent, type ChunkObserver, type ChunkSource, chunks } from './hooks/index.ts';
export type { LogOptions, ObserveOptions, ReadingEvent, ReadOptions, Reads } from './hooks/index.ts';
export { type OutputStatistics, type QueueOptions, queue, statistics } from './hooks/index.ts';

/* Errors, and the reporter of those that must not reach a forward */
export {
  AsyncTransformError,
  ForwardError,
  LateEmissionError,
  type Reporter,
  setReporter,
  TooManyEmissionsError,
} from './hooks/index.ts';

/* Tensors and modules */
export {
  clone,
  full,
  Identity,
  type IncompatibleKeys,
  Linear,
  type LinearOptions,
  linear,
  Module,
  ModuleDict,
  ModuleList,
  manualSeed,
  type Nested,
  ones,
  Parameter,
  type ReadonlyFloat32Array,
  ReLU,
  rand,
  randn,
  relu,
  Sequential,
  type StateDict,
  type StateDictTensor,
  Tensor,
  type TensorLike,
  tensor,
  tensorReader,
  zeros,
} from './nn/index.ts';

/* The kernels, and statistics of any array */
export {
  type Distribution,
  distribution,
  getNumThreads,
  type HistogramCounts,
  histogram,
  kernelName,
  type Numbers,
  ready,
  type Summary,
  setNumThreads,
  summarize,
} from './kernels/index.ts';
