/** @file What the synchronous and the asynchronous call share. */
import { describeError } from '../../check/index.ts';
import { describeModule } from './describe-module.ts';
import type { HookRecord, HookTable } from './hook-table.ts';
import type { ModuleLike } from './module-like.ts';
import { warn } from './report.ts';

export type Inputs = readonly unknown[];
export type Records = readonly HookRecord[];

export interface Target {
  readonly module: ModuleLike;
  readonly table: HookTable;
  /** Holds `forward`, which is looked up before the pre-hooks, as in PyTorch. */
  readonly callee: { forward: (...inputs: never[]) => unknown };
  /** Maps the inputs that the pre-hooks leave; forward and the hooks get the result. */
  readonly mapInputs?: ((inputs: Inputs) => Inputs) | undefined;
  /** Runs each hook and the observers of an asynchronous call, for frameworks with memory scopes. */
  readonly around?: ((hook: () => unknown) => unknown) | undefined;
}

/** Calls a hook. `record.hook(…)` would make the record the `this` of the hook. */
export function callHook(
  record: HookRecord,
  module: ModuleLike,
  inputs: Inputs,
  output: unknown,
  call: number,
  receiver: unknown,
): unknown {
  record.calls++;
  const { hook } = record;
  return hook(module, inputs, output, call, receiver);
}

export function warnSilenced(module: ModuleLike, record: HookRecord, error: unknown): void {
  const text = `the alwaysCall hook ${record.name} of ${describeModule(module)} failed while another error was on its way`;
  warn(`${text}; that one goes on, this one is only reported: ${describeError(error)}`);
}
