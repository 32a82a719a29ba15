/**
 * layertap: tap into any layer.
 * @module
 */

/* Hooks: on modules, and on any method of any object */
export {
  type AttachedMethod,
  type AttachOptions,
  attach,
  ForwardError,
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
  listHooks,
  type MethodName,
  type OutputOf,
  RemovableHandle,
  registerModuleForwardHook,
  registerModuleForwardPreHook,
  removeAllHooks,
  type TensorReader,
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
