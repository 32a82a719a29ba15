/**
 * @file One call of a Hookable with hooks: global pre-hooks, own pre-hooks, forward, global hooks, own hooks, observers.
 * The contract is PyTorch's `Module._call_impl` (torch/nn/modules/module.py, 2.13); docs/hooks.md lists the differences.
 * A call without hooks does not come here.
 *
 * The synchronous and the asynchronous call are written twice, since only one of them may await.
 */
import { describeError, isThenable } from '../../check/index.ts';
import { describeModule } from './describe-module.ts';
import { located } from './forward-error.ts';
import { changes, type HookRecord, type HookTable, listsOf, release } from './hook-table.ts';
import type { ModuleLike } from './module-like.ts';
import { notifyObservers } from './notify-observers.ts';
import { freeReplaced } from './owned-tensors.ts';
import { promiseError, replaced, replacedInputs } from './replacements.ts';
import { warn } from './report.ts';

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

type Inputs = readonly unknown[];
type Records = readonly HookRecord[];

/**
 * Runs a call of a module that is not declared asynchronous. Returns a promise if forward does.
 * @param receiver the `this` of forward, which hooks get too
 * @param call the number of the call, counted by the caller
 */
export function callSync(target: Target, receiver: unknown, call: number, ...received: unknown[]): unknown {
  let inputs: Inputs = received;
  const { module, table, mapInputs } = target;
  // Undefined until forward has returned: if it throws, alwaysCall applies to the hooks registered by then.
  let hooks: Records | undefined;
  let started = 0;
  let output: unknown;
  try {
    const { forward } = target.callee;
    // Index loops and a direct call for one input save a few ns each; a whole hook costs about 15 ns.
    const before = changes;
    let lists = listsOf(table);
    const { preHooks } = lists;
    for (let i = 0; i < preHooks.length; i++) {
      const record = preHooks[i]!;
      record.calls++;
      const { hook } = record;
      const result = hook(module, inputs, call, receiver);
      if (result !== undefined) inputs = afterPreHook(table, record, received, inputs, result);
    }

    if (mapInputs !== undefined) inputs = mapInputs(inputs);

    const result =
      inputs.length === 1 ? forward.call(receiver, inputs[0] as never) : Reflect.apply(forward, receiver, inputs);
    if (isThenable(result)) return settle(target, received, inputs, result, call, receiver);
    output = result;

    if (changes !== before) lists = listsOf(table);
    hooks = lists.hooks;
    while (started < hooks.length) {
      const record = hooks[started++]!;
      record.calls++;
      const { hook } = record;
      const replacement = hook(module, inputs, output, call, receiver);
      if (replacement !== undefined) output = replaced(table, record, inputs, output, replacement, true);
    }
    if (changes !== before) lists = listsOf(table);
    const { observers } = lists;
    if (observers.length > 0) notifyObservers(observers, table, module, inputs, output, call, receiver);
    if (inputs !== received) freeReplaced(table, inputs, [received, output]);
    return output;
  } catch (error) {
    const waiting = (hooks ?? listsOf(table).hooks).slice(started);
    throw failed(module, table, waiting, received, inputs, output, call, receiver, error);
  }
}

/**
 * The hooks and observers of a synchronous call whose forward has returned. A copy of the second half of `callSync`:
 * sharing it made every hook cost half as much again.
 */
export function finishSync(
  module: ModuleLike,
  table: HookTable,
  inputs: Inputs,
  output: unknown,
  call: number,
  receiver: unknown,
): unknown {
  const before = changes;
  let lists = listsOf(table);
  const { hooks } = lists;
  let started = 0;
  try {
    while (started < hooks.length) {
      const record = hooks[started++]!;
      record.calls++;
      const { hook } = record;
      const replacement = hook(module, inputs, output, call, receiver);
      if (replacement !== undefined) output = replaced(table, record, inputs, output, replacement, true);
    }
    if (changes !== before) lists = listsOf(table);
    const { observers } = lists;
    if (observers.length > 0) notifyObservers(observers, table, module, inputs, output, call, receiver);
    return output;
  } catch (error) {
    throw failed(module, table, hooks.slice(started), inputs, inputs, output, call, receiver, error);
  }
}

/** Runs the alwaysCall hooks that have not started. @returns the error to throw */
function failed(
  module: ModuleLike,
  table: HookTable,
  waiting: Records,
  received: Inputs,
  inputs: Inputs,
  output: unknown,
  call: number,
  receiver: unknown,
  error: unknown,
): unknown {
  for (const record of waiting) {
    if (!record.alwaysCall) continue;
    try {
      output = replaced(table, record, inputs, output, callHook(record, module, inputs, output, call, receiver), true);
    } catch (silenced) {
      warnSilenced(module, record, silenced);
    }
  }
  freeReplaced(table, [inputs, output], [received]);
  return located(error, module);
}

/** The state of an asynchronous call. */
interface Progress {
  readonly call: number;
  readonly receiver: unknown;
  readonly received: Inputs;
  inputs: Inputs;
  output: unknown;
  /** Undefined until forward has returned. */
  hooks: Records | undefined;
  started: number;
}

/** Runs a call of a module that is declared asynchronous: every hook is awaited, every error is a rejection. */
export function callAsync(target: Target, receiver: unknown, call: number, ...received: unknown[]): Promise<unknown> {
  const { module, table, mapInputs } = target;
  const progress: Progress = {
    call,
    receiver,
    received,
    inputs: received,
    output: undefined,
    hooks: undefined,
    started: 0,
  };
  return complete(target, progress, async () => {
    const { forward } = target.callee;
    for (const record of listsOf(table).preHooks) {
      progress.inputs = replacedInputs(
        table,
        record,
        received,
        progress.inputs,
        await callPreHook(record, module, progress.inputs, progress.call, receiver),
      );
    }
    if (mapInputs !== undefined) progress.inputs = mapInputs(progress.inputs);
    return Reflect.apply(forward, receiver, progress.inputs);
  });
}

/** The rest of a synchronous call whose forward returned a promise. Its forward hooks may be asynchronous. */
function settle(
  target: Target,
  received: Inputs,
  inputs: Inputs,
  promise: PromiseLike<unknown>,
  call: number,
  receiver: unknown,
): Promise<unknown> {
  const progress: Progress = { call, receiver, received, inputs, output: undefined, hooks: undefined, started: 0 };
  return complete(target, progress, () => promise);
}

async function complete(target: Target, progress: Progress, forward: () => PromiseLike<unknown>): Promise<unknown> {
  const { module, table } = target;
  const { call, receiver } = progress;
  try {
    progress.output = await forward();
    progress.hooks = listsOf(table).hooks;
    for (const record of progress.hooks) record.held++;
    for (const record of progress.hooks) {
      progress.started++;
      const result = await callWithin(target, progress, record);
      progress.output = replaced(table, record, progress.inputs, progress.output, result, false);
    }
    const { observers } = listsOf(table);
    if (target.around !== undefined) tellWithin(target.around, observers, table, module, progress);
    else if (observers.length > 0) {
      notifyObservers(observers, table, module, progress.inputs, progress.output, call, receiver);
    }
    if (progress.inputs !== progress.received) {
      freeReplaced(table, progress.inputs, [progress.received, progress.output]);
    }
    return progress.output;
  } catch (error) {
    const waiting = (progress.hooks ?? listsOf(table).hooks).slice(progress.started);
    for (const record of waiting) {
      if (!record.alwaysCall) continue;
      try {
        const result = await callWithin(target, progress, record);
        progress.output = replaced(table, record, progress.inputs, progress.output, result, false);
      } catch (silenced) {
        warnSilenced(module, record, silenced);
      }
    }
    freeReplaced(table, [progress.inputs, progress.output], [progress.received]);
    throw located(error, module);
  } finally {
    for (const record of progress.hooks ?? []) {
      record.held--;
      release(record);
    }
  }
}

/** Calls a hook, inside the memory scope of the target if there is one. */
function callWithin(target: Target, progress: Progress, record: HookRecord): unknown {
  const { module, around } = target;
  const { inputs, output, call, receiver } = progress;
  if (around === undefined) return callHook(record, module, inputs, output, call, receiver);
  return hookWithin(around, record, module, progress);
}

/* These two make functions, and V8 would make room for what they see in every call. */

function hookWithin(
  around: NonNullable<Target['around']>,
  record: HookRecord,
  module: ModuleLike,
  { inputs, output, call, receiver }: Progress,
): unknown {
  return around(() => callHook(record, module, inputs, output, call, receiver));
}

function tellWithin(
  around: NonNullable<Target['around']>,
  observers: Records,
  table: HookTable,
  module: ModuleLike,
  { inputs, output, call, receiver }: Progress,
): void {
  around(() => void notifyObservers(observers, table, module, inputs, output, call, receiver));
}

// `record.hook(…)` would make the record the `this` of the hook.

function callPreHook(record: HookRecord, module: ModuleLike, inputs: Inputs, call: number, receiver: unknown): unknown {
  record.calls++;
  const { hook } = record;
  return hook(module, inputs, call, receiver);
}

function callHook(
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

function afterPreHook(table: HookTable, record: HookRecord, received: Inputs, inputs: Inputs, result: unknown): Inputs {
  if (isThenable(result)) throw promiseError(record, result, 'pre-hook');
  return replacedInputs(table, record, received, inputs, result);
}

function warnSilenced(module: ModuleLike, record: HookRecord, error: unknown): void {
  const text = `the alwaysCall hook ${record.name} of ${describeModule(module)} failed while another error was on its way`;
  warn(`${text}; that one goes on, this one is only reported: ${describeError(error)}`);
}
