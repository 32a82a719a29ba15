/**
 * @file One call of a Hookable with hooks: global pre-hooks, own pre-hooks, forward, global hooks, own hooks, observers.
 * The contract is PyTorch's `Module._call_impl` (torch/nn/modules/module.py, 2.13); docs/hooks.md lists the differences.
 * A call without hooks does not come here. replacements.ts says what the value that a hook returns does, hook-table.ts has
 * the lists that a phase runs.
 *
 * The asynchronous call, in pipeline-async.ts, is written out a second time, since only that one may await.
 */
import { isThenable } from '../../check/index.ts';
import {
  callHook,
  type Entries,
  freeAfterError,
  freeInputs,
  type Inputs,
  type Target,
  warnSilenced,
} from './call-hook.ts';
import { located } from './forward-error.ts';
import { changes, type HookEntry, type HookTable, listsOf } from './hook-table.ts';
import type { ModuleLike } from './module-like.ts';
import { notifyObservers } from './notify-observers.ts';
import { settle } from './pipeline-async.ts';
import { inputsAfterPreHook, outputAfterHook, promiseError } from './replacements.ts';

/**
 * Runs a call of a module that is not declared asynchronous. Returns a promise if forward does.
 * @param receiver the `this` of forward, which hooks get too
 * @param call the number of the call, counted by the caller
 */
export function callSync(target: Target, receiver: unknown, call: number, ...received: unknown[]): unknown {
  let inputs: Inputs = received;
  // What the pre-hooks leave: owned by the pipeline. What mapInputs makes of it belongs to the adapter.
  let given = inputs;
  const { module, table, mapInputs } = target;
  // Undefined until forward has returned: if it throws, alwaysCall applies to the hooks registered by then.
  let hooks: Entries | undefined;
  let started = 0;
  let output: unknown;
  try {
    const { forward } = target.callee;
    // Index loops and a direct call for one input save a few ns each; a whole hook costs about 15 ns.
    const before = changes;
    let lists = listsOf(table);
    const { preHooks } = lists;
    for (let i = 0; i < preHooks.length; i++) {
      const entry = preHooks[i]!;
      entry.calls++;
      const { hook } = entry;
      const result = hook(module, inputs, call, receiver);
      if (result !== undefined) inputs = given = afterPreHook(table, entry, received, inputs, result);
    }

    if (mapInputs !== undefined) inputs = mapInputs(inputs);

    const result =
      inputs.length === 1 ? forward.call(receiver, inputs[0] as never) : Reflect.apply(forward, receiver, inputs);
    if (isThenable(result)) return settle(target, received, given, inputs, result, call, receiver);
    output = result;

    if (changes !== before) lists = listsOf(table);
    hooks = lists.hooks;
    while (started < hooks.length) {
      const entry = hooks[started++]!;
      entry.calls++;
      const { hook } = entry;
      const replacement = hook(module, inputs, output, call, receiver);
      if (replacement !== undefined)
        output = outputAfterHook(table, entry, inputs, output, replacement, true, received, given);
    }
    if (changes !== before) lists = listsOf(table);
    const { observers } = lists;
    if (observers.length > 0) notifyObservers(observers, table, module, inputs, output, call, receiver);
    if (given !== received) freeInputs(table, given, received, output);
    return output;
  } catch (error) {
    const waiting = (hooks ?? listsOf(table).hooks).slice(started);
    throw afterError(module, table, waiting, received, given, inputs, output, call, receiver, error);
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
      const entry = hooks[started++]!;
      entry.calls++;
      const { hook } = entry;
      const replacement = hook(module, inputs, output, call, receiver);
      if (replacement !== undefined)
        output = outputAfterHook(table, entry, inputs, output, replacement, true, inputs, inputs);
    }
    if (changes !== before) lists = listsOf(table);
    const { observers } = lists;
    if (observers.length > 0) notifyObservers(observers, table, module, inputs, output, call, receiver);
    return output;
  } catch (error) {
    throw afterError(module, table, hooks.slice(started), inputs, inputs, inputs, output, call, receiver, error);
  }
}

/** Runs the alwaysCall hooks that have not started. @returns the error to throw */
function afterError(
  module: ModuleLike,
  table: HookTable,
  waiting: Entries,
  received: Inputs,
  given: Inputs,
  inputs: Inputs,
  output: unknown,
  call: number,
  receiver: unknown,
  error: unknown,
): unknown {
  for (const entry of waiting) {
    if (!entry.alwaysCall) continue;
    try {
      const result = callHook(entry, module, inputs, output, call, receiver);
      output = outputAfterHook(table, entry, inputs, output, result, true, received, given);
    } catch (silenced) {
      warnSilenced(module, entry, silenced);
    }
  }
  freeAfterError(table, received, given, inputs, output);
  return located(error, module);
}

function afterPreHook(table: HookTable, entry: HookEntry, received: Inputs, inputs: Inputs, result: unknown): Inputs {
  if (isThenable(result)) throw promiseError(entry, result, 'pre-hook');
  return inputsAfterPreHook(table, entry, received, inputs, result);
}
