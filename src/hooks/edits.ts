/**
 * @file Edits: changes of an output as data. An adapter may carry them out where the output is computed; otherwise they run
 * here, as forward hooks.
 */
import { BOOLEAN, checkOptions, className, type NumericArray } from '../check/index.ts';
import type { Reads } from './core/event.ts';
import type { RemovableHandle } from './core/handle.ts';
import { hookTable, listsOf, readsOfAll } from './core/hook-table.ts';
import type { ModuleLike, OutputOf } from './core/module-like.ts';
import type { TensorReader } from './core/reader.ts';
import { register } from './core/register.ts';
import type { RegisteredEdit } from './core/registered-edit.ts';
import { JavaScriptEdit } from './javascript-edit.ts';

/**
 * A number; an array of numbers along `axis` of the output, by default the last one; or a tensor, broadcast to the output's
 * shape as in PyTorch. Negative axes count from the end.
 */
export type EditValue<T = unknown> = number | NumericArray | T;

/** What becomes of an output. Its shape and type stay the same. */
export type Edit<T = unknown> =
  /** output + add */
  | { readonly add: EditValue<T>; readonly axis?: number }
  /** output * scale */
  | { readonly scale: EditValue<T>; readonly axis?: number }
  /** Values below the first number become it, those above the second become that. NaN stays. */
  | { readonly clamp: readonly [min: number, max: number] }
  | { readonly zero: true }
  | { readonly replace: EditValue<T>; readonly axis?: number }
  /** Zero except at these indices of the axis. */
  | { readonly keep: readonly number[]; readonly axis: number }
  /** Zero at these indices of the axis. */
  | { readonly ablate: readonly number[]; readonly axis: number }
  /** output + blend * (with - output), PyTorch's lerp */
  | { readonly blend: number; readonly with: EditValue<T>; readonly axis?: number };

/** Options of {@link registerEdit}. */
export interface EditOptions {
  /** Run before the module's other own forward hooks. Default false. */
  prepend?: boolean;
}

export interface EditHandle extends RemovableHandle {
  /**
   * Changes what the edit was registered with: the value of add, scale or replace, the bounds of clamp, the indices of keep
   * or ablate, the amount of blend. It is copied, and counts from the next call that starts; in JavaScript also for an
   * asynchronous call that has not come to the edit yet.
   * @throws TypeError for a value of another shape, or one that the edit cannot take
   */
  set(value: unknown): void;
}

const editsByHook = new WeakMap<object, RegisteredEdit>();

/**
 * For adapters, and for functions built on it: registers an edit in the module's list of forward hooks.
 * @throws TypeError for anything but an edit, or if the module takes none
 */
export function registerEdit<M extends ModuleLike>(
  module: M,
  edit: Edit<OutputOf<M>>,
  options: EditOptions = {},
): EditHandle {
  return registerEditAs(`registerEdit() of ${className(module)}`, module, edit, options);
}

/** For functions built on it. @param where begins the messages */
export function registerEditAs<M extends ModuleLike>(
  where: string,
  module: M,
  edit: Edit<OutputOf<M>>,
  options: EditOptions,
): EditHandle {
  checkOptions(where, options, { prepend: BOOLEAN });
  const table = hookTable(module);
  const { reader } = table;
  const why = table.options.unsupported?.edit;
  if (why !== undefined) throw new TypeError(why);
  if (reader?.withValues === undefined) {
    throw new TypeError(`${where}: the module must have a TensorReader with withValues(), which edits need`);
  }
  const read = new JavaScriptEdit(where, edit, reader);
  const problem = table.options.validateEdit?.(read);
  if (problem !== undefined) throw new TypeError(`${where}: ${problem}`);
  const hook = (_module: unknown, _inputs: unknown, output: unknown) => read.apply(output);
  editsByHook.set(hook, read);
  const { prepend } = options;
  const handle = register(table, { kind: 'edit', hook: hook as never, name: read.name, prepend });
  return Object.assign(handle, { set: (value: unknown) => read.set(value, table.options.validateEdit) });
}

/**
 * For inspect: an edit as a function of one tensor; it gives a promise where reading the tensor does.
 * @throws TypeError for what is no edit
 */
export function editFunction(where: string, edit: unknown, reader: TensorReader): (tensor: unknown) => unknown {
  const read = new JavaScriptEdit(where, edit, reader);
  return (tensor) => read.apply(tensor);
}

/** For adapters: the edits of a module in the order in which they run, and which other registrations it has. */
export function editsOf(module: ModuleLike): {
  readonly edits: readonly RegisteredEdit[];
  readonly hasPreHooks: boolean;
  /** Forward hooks that are not edits, and transforms. */
  readonly hasOtherHooks: boolean;
  readonly hasTransforms: boolean;
  readonly hasObservers: boolean;
  /** What all observers can do with, see `Listeners.reads`. */
  readonly reads: Reads | undefined;
} {
  const { hooks, preHooks, observers } = listsOf(hookTable(module));
  const edits = hooks.flatMap(({ hook }) => editsByHook.get(hook) ?? []);
  return {
    edits,
    hasPreHooks: preHooks.length > 0,
    hasOtherHooks: edits.length < hooks.length,
    hasTransforms: hooks.some(({ kind }) => kind === 'transform'),
    hasObservers: observers.length > 0,
    reads: readsOfAll(observers),
  };
}
