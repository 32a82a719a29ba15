/**
 * layertap: tap into any layer.
 * @module
 */

/* Hooks: on modules, and on any method of any object */
export {
  AsyncTransformError,
  type AttachedMethod,
  type AttachOptions,
  attach,
  ForwardError,
  type ForwardEvent,
  type ForwardHook,
  type ForwardHookOptions,
  type ForwardPreHook,
  type ForwardPreHookOptions,
  type GlobalForwardHook,
  type GlobalForwardPreHook,
  Hookable,
  type HookableTraits,
  type HookInfo,
  type HookResult,
  type InputsOf,
  LateEmissionError,
  type LogOptions,
  listHooks,
  type MethodName,
  type ModuleClass,
  type ObserveOptions,
  type OutputOf,
  RemovableHandle,
  type Reporter,
  registerModuleForwardHook,
  registerModuleForwardPreHook,
  removeAllHooks,
  Selection,
  type SelectionHandle,
  type Selector,
  select,
  setReporter,
  type TensorReader,
  TooManyEmissionsError,
} from './hooks/index.ts';

/* Which kernels compute, and their statistics of an array */
export { kernelName, type Numbers, ready, type Summary, summarize } from './kernels/index.ts';

/* Tensors and modules */
export {
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
  Tensor,
  type TensorLike,
  tensor,
  tensorReader,
  zeros,
} from './nn/index.ts';
