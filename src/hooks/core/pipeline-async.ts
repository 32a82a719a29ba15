/** @file One call with hooks whose forward returns a promise: the steps of pipeline.ts. */
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
import { type HookEntry, type HookTable, listsOf, release } from './hook-table.ts';
import type { ModuleLike } from './module-like.ts';
import { notifyObservers } from './notify-observers.ts';
import { inputsAfterPreHook, outputAfterHook } from './replacements.ts';

/** The state of an asynchronous call. */
interface Progress {
  readonly call: number;
  readonly receiver: unknown;
  readonly received: Inputs;
  /** What the pre-hooks leave. */
  given: Inputs;
  inputs: Inputs;
  output: unknown;
  /** Undefined until forward has returned. */
  hooks: Entries | undefined;
  started: number;
}

/** Runs a call of a module that is declared asynchronous: every hook is awaited, every error is a rejection. */
export function callAsync(target: Target, receiver: unknown, call: number, ...received: unknown[]): Promise<unknown> {
  const { module, table, mapInputs } = target;
  const progress = begin(call, receiver, received, received, received);
  return complete(target, progress, async () => {
    const { forward } = target.callee;
    for (const entry of listsOf(table).preHooks) {
      progress.inputs = progress.given = inputsAfterPreHook(
        table,
        entry,
        received,
        progress.inputs,
        await callPreHook(entry, module, progress.inputs, call, receiver),
      );
    }
    if (mapInputs !== undefined) progress.inputs = mapInputs(progress.inputs);
    return Reflect.apply(forward, receiver, progress.inputs);
  });
}

/** The rest of a synchronous call whose forward returned a promise. Its forward hooks may be asynchronous. */
export function settle(
  target: Target,
  received: Inputs,
  given: Inputs,
  inputs: Inputs,
  promise: PromiseLike<unknown>,
  call: number,
  receiver: unknown,
): Promise<unknown> {
  return complete(target, begin(call, receiver, received, given, inputs), () => promise);
}

function begin(call: number, receiver: unknown, received: Inputs, given: Inputs, inputs: Inputs): Progress {
  return { call, receiver, received, given, inputs, output: undefined, hooks: undefined, started: 0 };
}

async function complete(target: Target, progress: Progress, forward: () => PromiseLike<unknown>): Promise<unknown> {
  const { module, table } = target;
  try {
    progress.output = await forward();
    progress.hooks = listsOf(table).hooks;
    for (const entry of progress.hooks) entry.held++;
    for (const entry of progress.hooks) {
      progress.started++;
      const result = await runHook(target, progress, entry);
      progress.output = outputAfter(table, progress, entry, result);
    }
    const { observers } = listsOf(table);
    if (observers.length > 0) {
      const { inputs, output, call, receiver } = progress;
      (target.calls?.notifyObservers ?? notifyObservers)(observers, table, module, inputs, output, call, receiver);
    }
    if (progress.given !== progress.received) {
      freeInputs(table, progress.given, progress.received, progress.output);
    }
    return progress.output;
  } catch (error) {
    const waiting = (progress.hooks ?? listsOf(table).hooks).slice(progress.started);
    for (const entry of waiting) {
      if (!entry.alwaysCall) continue;
      try {
        const result = await runHook(target, progress, entry);
        progress.output = outputAfter(table, progress, entry, result);
      } catch (silenced) {
        warnSilenced(module, entry, silenced);
      }
    }
    freeAfterError(table, progress.received, progress.given, progress.inputs, progress.output);
    throw located(error, module);
  } finally {
    for (const entry of progress.hooks ?? []) {
      entry.held--;
      release(entry);
    }
  }
}

function runHook({ module, calls }: Target, progress: Progress, entry: HookEntry): unknown {
  const { inputs, output, call, receiver } = progress;
  return (calls?.callHook ?? callHook)(entry, module, inputs, output, call, receiver);
}

function outputAfter(table: HookTable, progress: Progress, entry: HookEntry, result: unknown): unknown {
  const { received, given, inputs, output } = progress;
  return outputAfterHook(table, entry, inputs, output, result, false, received, given);
}

function callPreHook(entry: HookEntry, module: ModuleLike, inputs: Inputs, call: number, receiver: unknown): unknown {
  entry.calls++;
  const { hook } = entry;
  return hook(module, inputs, call, receiver);
}
