// The hooks, for the other rooms of src/.

export {
  type BackwardHookOptions,
  backwardHooks,
  type RegisteredBackwardHook,
  registerBackwardHook,
} from './adapter/backward.ts';
export { type InterceptOptions, inputsOnDemand, intercept, type Listeners, listenersOf } from './adapter/intercept.ts';
export { MethodInterceptor } from './adapter/method-interceptor.ts';
export { type AttachedMethod, attach, type MethodName } from './attach.ts';
export type { AttachOptions } from './attach-options.ts';
export type { ChunkObserver, ChunkSource, StreamWatcher } from './core/chunk-observer.ts';
export { forEachTensor } from './core/each-tensor.ts';
export type { ChunkEvent, Reads } from './core/event.ts';
export { ForwardError, located } from './core/forward-error.ts';
export { type Handle, handleOf, RemovableHandle } from './core/handle.ts';
export { activity, type HookTable, hookTable, listsOf } from './core/hook-table.ts';
export {
  type FrameworkNode,
  type HookableOptions,
  type HookKind,
  type Memory,
  type ModuleParameter,
  type ReplayedCall,
  type ReplayRecipe,
  type RuntimeEvent,
  type RuntimeProfiler,
  reachedByGlobalHooks,
} from './core/hookable-options.ts';
export type { InputsOf, OutputOf } from './core/module-like.ts';
export { notifyReaders } from './core/notify-observers.ts';
export { summaryOf, type TensorReader, type TensorValues } from './core/reader.ts';
export type { EditOperand, RegisteredEdit } from './core/registered-edit.ts';
export { replaceProperty } from './core/replace-property.ts';
export { type Reporter, report, setReporter, warnOfCopies } from './core/report-error.ts';
export { summaryReader, TensorSummary } from './core/tensor-summary.ts';
export { namedModules, ownEntries, pathError, type TreeEntry, walk } from './core/tree.ts';
export {
  type Edit,
  type EditHandle,
  type EditOptions,
  type EditValue,
  editFunction,
  editsOf,
  registerEdit,
  registerEditAs,
} from './edits.ts';
export {
  type GlobalForwardHook,
  type GlobalForwardPreHook,
  registerModuleForwardHook,
  registerModuleForwardPreHook,
} from './global-hooks.ts';
export {
  type ForwardEvent,
  type ForwardHook,
  type ForwardHookOptions,
  type ForwardPreHook,
  type ForwardPreHookOptions,
  Hookable,
  type HookResult,
  isHookable,
  isOnlyRead,
  isQuiet,
  optionsOf,
  type ReadingEvent,
  readerOf,
} from './hookable.ts';
export type { ObserveOptions, ReadOptions } from './isolated-observer.ts';
export { checkOneKey, EDIT_OPS } from './javascript-edit.ts';
export { type HookInfo, listHooks, removeAllHooks } from './list-hooks.ts';
export type { LogOptions } from './log.ts';
export { manualMemory } from './manual-memory.ts';
export { OutputTensors, type RecordPlace, RecordPlaces, type TagOption, tagsOf } from './output-recording.ts';
export { type QueueOptions, queue } from './rx/queue.ts';
export { type OutputStatistics, statistics } from './rx/statistics.ts';
export { AsyncTransformError, LateEmissionError, TooManyEmissionsError } from './rx/transform.ts';
export { type ModuleClass, Selection, type Selector, select } from './select.ts';
export { chunks } from './streams/chunks.ts';
export { observeStrictly, runUpTo } from './strict-observer.ts';
export { withHooks } from './with-hooks.ts';
