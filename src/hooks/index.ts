// What the rest of layertap uses of the hooks.

export { type AttachedMethod, type AttachOptions, attach, type MethodName } from './attach.ts';
export {
  type BackwardHookOptions,
  backwardHooks,
  type RegisteredBackwardHook,
  registerBackwardHook,
} from './backward.ts';
export { forEachTensor, OutputTensors } from './each-tensor.ts';
export type { ChunkEvent, ForwardEvent } from './event.ts';
export { ForwardError, located } from './forward-error.ts';
export {
  type GlobalForwardHook,
  type GlobalForwardPreHook,
  registerModuleForwardHook,
  registerModuleForwardPreHook,
} from './global-hooks.ts';
export { RemovableHandle } from './handle.ts';
export { activity } from './hook-table.ts';
export {
  type ForwardHook,
  type ForwardHookOptions,
  type ForwardPreHook,
  type ForwardPreHookOptions,
  Hookable,
  type HookResult,
  type InputsOf,
  isHookable,
  isQuiet,
  type OutputOf,
  readerOf,
  traitsOf,
} from './hookable.ts';
export { intercept, type Listeners, listenersOf } from './intercept.ts';
export { type HookInfo, listHooks, removeAllHooks } from './list-hooks.ts';
export type { LogOptions } from './log.ts';
export type { ChunkOptions, ObserveOptions } from './observe.ts';
export { type QueueOptions, queue } from './operators/queue.ts';
export { type OutputStatistics, statistics } from './operators/statistics.ts';
export { printAsString } from './print-as-string.ts';
export type { TensorReader, TensorValues } from './reader.ts';
export { type Reporter, report, setReporter, warnOfCopies } from './report.ts';
export { handleOf, type ModuleClass, Selection, type SelectionHandle, type Selector, select } from './select.ts';
export { type RecordPlace, RecordPlaces, type TagOption, tagsOf } from './tags.ts';
export { type FrameworkNode, type HookableTraits, type HookKind, reachedByGlobalHooks } from './traits.ts';
export { AsyncTransformError, LateEmissionError, TooManyEmissionsError } from './transform.ts';
export { namedModules, ownEntries, pathError, type TreeEntry, walk } from './tree.ts';
export { withHooks } from './with-hooks.ts';
