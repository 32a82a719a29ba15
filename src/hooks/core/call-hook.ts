/** @file What the synchronous and the asynchronous call share. */
import { describeError } from '../../check/index.ts';
import { describeModule } from './describe-module.ts';
import type { HookEntry, HookTable } from './hook-table.ts';
import type { ModuleLike } from './module-like.ts';
import { isStreamOf, type notifyObservers } from './notify-observers.ts';
import { warn } from './report-error.ts';

export type Inputs = readonly unknown[];
export type Entries = readonly HookEntry[];

export interface Target {
  readonly module: ModuleLike;
  readonly table: HookTable;
  /** Holds `forward`, which is looked up before the pre-hooks, as in PyTorch. */
  readonly callee: { forward: (...inputs: never[]) => unknown };
  /** Maps the inputs that the pre-hooks leave; forward and the hooks get the result. */
  readonly mapInputs?: ((inputs: Inputs) => Inputs) | undefined;
  /** How the hooks and observers of an asynchronous call are called, for frameworks with memory scopes. Default: plainly. */
  readonly calls?: { readonly callHook: typeof callHook; readonly notifyObservers: typeof notifyObservers } | undefined;
}

/** Calls a hook. `entry.hook(…)` would make the entry the `this` of the hook. */
export function callHook(
  entry: HookEntry,
  module: ModuleLike,
  inputs: Inputs,
  output: unknown,
  call: number,
  receiver: unknown,
): unknown {
  entry.calls++;
  const { hook } = entry;
  return hook(module, inputs, output, call, receiver);
}

export function warnSilenced(module: ModuleLike, entry: HookEntry, error: unknown): void {
  const text = `the alwaysCall hook ${entry.name} of ${describeModule(module)} failed while another error was on its way`;
  warn(`${text}; that one goes on, this one is only reported: ${describeError(error)}`);
}

/** Frees the inputs that pre-hooks made when the call is over; if the output is a stream, when that ends. */
export function freeInputs(table: HookTable, given: Inputs, received: Inputs, output: unknown): void {
  const { memory, reader } = table;
  memory?.free(reader, given, [received, output], isStreamOf(table, output) ? output : undefined);
}

/** Frees the inputs that pre-hooks made, and the output, of a call that throws. */
export function freeAfterError(
  { memory, reader }: HookTable,
  received: Inputs,
  given: Inputs,
  inputs: Inputs,
  output: unknown,
): void {
  memory?.free(reader, given, received);
  memory?.free(reader, [output], [received, given, inputs]);
}
