/**
 * The entry `layertap/adapter`: what an adapter of a framework needs besides the entry `layertap`. docs/adapters.md is the
 * guide, CONTRIBUTING.md lists the files of an adapter in this repository.
 * @module
 */

/* Hooks around a call that the framework makes */
export { type InterceptOptions, inputsOnDemand, intercept, type Listeners, listenersOf } from './hooks/index.ts';
export { MethodInterceptor, replaceProperty } from './hooks/index.ts';

/* What a Hookable says of itself */
export type { FrameworkNode, HookableOptions, HookKind, ModuleParameter } from './hooks/index.ts';
export type { ReplayedCall, ReplayRecipe, RuntimeEvent, RuntimeProfiler } from './hooks/index.ts';

/* Statistics that are computed where the output is */
export { summaryReader, TensorSummary } from './hooks/index.ts';

/* Freeing what hooks replace, for frameworks without garbage collection */
export { type Memory, manualMemory } from './hooks/index.ts';

/* Hooks on gradients */
export {
  type BackwardHookOptions,
  backwardHooks,
  type RegisteredBackwardHook,
  registerBackwardHook,
} from './hooks/index.ts';

/* Edits: changes of an output as data */
export {
  type Edit,
  type EditHandle,
  type EditOperand,
  type EditOptions,
  type EditValue,
  editsOf,
  type RegisteredEdit,
  registerEdit,
} from './hooks/index.ts';

/* Children and handles */
export { handleOf, ownEntries } from './hooks/index.ts';

/* Recording outputs: their tensors, tags and steps */
export { OutputTensors, type RecordPlace, RecordPlaces, type TagOption, tagsOf } from './hooks/index.ts';

/* Values, messages, and errors that must not reach the forward */
export { checkOptions, describe, encodeUtf8, nearest, readNumbers } from './check/index.ts';
export { report } from './hooks/index.ts';

/* Reading files of protocol buffers */
export { FieldReader, MalformedMessage } from './protobuf/index.ts';
