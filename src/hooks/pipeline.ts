/**
 * @file One call of a Hookable that somebody listens to, step by step: global pre-hooks, own pre-hooks, forward,
 * global hooks, own hooks. The contract is PyTorch's `Module._call_impl` (torch/nn/modules/module.py, 2.13); where it
 * differs, docs/hooks.md says so. A call that nobody listens to never comes here.
 *
 * The synchronous call and the asynchronous one are written twice on purpose: only one of them may wait.
 */
import { absorb, describeError, isThenable } from '../check/index.ts';
import { describeModule } from './describe-module.ts';
import { hookError, located } from './forward-error.ts';
import { type HookRecord, type HookTable, release } from './hook-table.ts';
import type { Hookable } from './hookable.ts';
import { warn } from './report.ts';
import { tellObservers } from './tell-observers.ts';

/** What is called, and with what. `receiver` is the `this` of forward. */
export interface Target {
  readonly module: Hookable;
  readonly table: HookTable;
  /** What holds `forward`. As in PyTorch it is looked up before the pre-hooks: one that they assign is the next call's. */
  readonly source: { forward: (...inputs: never[]) => unknown };
  /** What becomes of the inputs behind the pre-hooks: forward and the hooks get that. */
  readonly enter?: ((inputs: Inputs) => Inputs) | undefined;
}

type Inputs = readonly unknown[];
type Records = readonly HookRecord[];

const NONE: Records = [];

/** Runs a call of a module that has not said that it is asynchronous. Returns a promise if forward does. */
export function callSync(target: Target, receiver: unknown, ...received: unknown[]): unknown {
  let inputs: Inputs = received;
  const { module, table } = target;
  // Hooks that have not started when something is thrown: until the forward phase has begun, those registered then.
  let global: Records | undefined;
  let own = NONE;
  let started = 0;
  let output: unknown;
  try {
    const { forward } = target.source;
    // Index loops and a direct call for one input: each is worth a few ns where a whole hook costs about fifteen.
    const globalPre = table.global.preHooks;
    const ownPre = table.preHooks;
    for (let i = 0; i < globalPre.length; i++) inputs = afterPreHook(target, globalPre[i]!, inputs);
    for (let i = 0; i < ownPre.length; i++) inputs = afterPreHook(target, ownPre[i]!, inputs);

    if (target.enter !== undefined) inputs = target.enter(inputs);

    const result =
      inputs.length === 1 ? forward.call(receiver, inputs[0] as never) : Reflect.apply(forward, receiver, inputs);
    if (isThenable(result)) return settle(target, inputs, result);
    output = result;

    global = table.global.hooks;
    own = table.hooks;
    for (let i = 0; i < global.length; i++) {
      started++;
      const replacement = callHook(global[i]!, module, inputs, output);
      if (replacement !== undefined) output = replaced(table, global[i]!, output, replacement, true);
    }
    for (let i = 0; i < own.length; i++) {
      started++;
      const replacement = callHook(own[i]!, module, inputs, output);
      if (replacement !== undefined) output = replaced(table, own[i]!, output, replacement, true);
    }
    tellObservers(table.observers, module, inputs, output);
    return output;
  } catch (error) {
    const waiting = global === undefined ? [...table.global.hooks, ...table.hooks] : [...global, ...own].slice(started);
    throw failed(module, table, waiting, inputs, output, error);
  }
}

/**
 * The forward phase of a synchronous call by itself, for a forward that somebody has called already. Written again on
 * purpose: as a part of the call above, a hook on any module would cost half as much again.
 */
export function finishSync(module: Hookable, table: HookTable, inputs: Inputs, output: unknown): unknown {
  const global = table.global.hooks;
  const own = table.hooks;
  let started = 0;
  try {
    for (let i = 0; i < global.length; i++) {
      started++;
      const replacement = callHook(global[i]!, module, inputs, output);
      if (replacement !== undefined) output = replaced(table, global[i]!, output, replacement, true);
    }
    for (let i = 0; i < own.length; i++) {
      started++;
      const replacement = callHook(own[i]!, module, inputs, output);
      if (replacement !== undefined) output = replaced(table, own[i]!, output, replacement, true);
    }
    tellObservers(table.observers, module, inputs, output);
    return output;
  } catch (error) {
    throw failed(module, table, [...global, ...own].slice(started), inputs, output, error);
  }
}

/** After something was thrown: runs those of the hooks that have not started that are always called. Gives what is to be thrown. */
function failed(
  module: Hookable,
  table: HookTable,
  waiting: Records,
  inputs: Inputs,
  output: unknown,
  error: unknown,
): unknown {
  for (const record of waiting) {
    if (!record.alwaysCall) continue;
    try {
      output = replaced(table, record, output, callHook(record, module, inputs, output), true);
    } catch (silenced) {
      warnSilenced(module, record, silenced);
    }
  }
  return located(error, module);
}

/** What an asynchronous call has come to. */
interface Progress {
  inputs: Inputs;
  output: unknown;
  /** The hooks of the forward phase, once it has begun. */
  hooks: Records | undefined;
  started: number;
}

/** Runs a call of a module that says that it is asynchronous: everything is awaited, every failure is a rejection. */
export function callAsync(target: Target, receiver: unknown, ...inputs: unknown[]): Promise<unknown> {
  const { module, table } = target;
  const progress: Progress = { inputs, output: undefined, hooks: undefined, started: 0 };
  return complete(target, progress, async () => {
    const { forward } = target.source;
    for (const record of [...table.global.preHooks, ...table.preHooks]) {
      progress.inputs = replacedInputs(
        target,
        record,
        progress.inputs,
        await callPreHook(record, module, progress.inputs),
      );
    }
    if (target.enter !== undefined) progress.inputs = target.enter(progress.inputs);
    return Reflect.apply(forward, receiver, progress.inputs);
  });
}

/** The rest of a synchronous call whose forward returned a promise: its hooks wait for it, and may wait themselves. */
function settle(target: Target, inputs: Inputs, promise: PromiseLike<unknown>): Promise<unknown> {
  return complete(target, { inputs, output: undefined, hooks: undefined, started: 0 }, () => promise);
}

async function complete(target: Target, progress: Progress, forward: () => PromiseLike<unknown>): Promise<unknown> {
  const { module, table } = target;
  try {
    progress.output = await forward();
    progress.hooks = [...table.global.hooks, ...table.hooks];
    for (const record of progress.hooks) record.held++;
    for (const record of progress.hooks) {
      progress.started++;
      const result = await callHook(record, module, progress.inputs, progress.output);
      progress.output = replaced(table, record, progress.output, result, false);
    }
    tellObservers(table.observers, module, progress.inputs, progress.output);
    return progress.output;
  } catch (error) {
    const waiting = progress.hooks?.slice(progress.started) ?? [...table.global.hooks, ...table.hooks];
    for (const record of waiting) {
      if (!record.alwaysCall) continue;
      try {
        const result = await callHook(record, module, progress.inputs, progress.output);
        progress.output = replaced(table, record, progress.output, result, false);
      } catch (silenced) {
        warnSilenced(module, record, silenced);
      }
    }
    throw located(error, module);
  } finally {
    for (const record of progress.hooks ?? []) {
      record.held--;
      release(record);
    }
  }
}

function callPreHook(record: HookRecord, module: Hookable, inputs: Inputs): unknown {
  record.calls++;
  return record.hook(module, inputs);
}

function callHook(record: HookRecord, module: Hookable, inputs: Inputs, output: unknown): unknown {
  record.calls++;
  return record.hook(module, inputs, output);
}

/** The inputs after a synchronous pre-hook. */
function afterPreHook(target: Target, record: HookRecord, inputs: Inputs): Inputs {
  const result = callPreHook(record, target.module, inputs);
  if (result === undefined) return inputs;
  if (isThenable(result)) throw promiseError(record, result, 'pre-hook');
  return replacedInputs(target, record, inputs, result);
}

/** The inputs after a pre-hook returned `result`: an array is all of them, another value the only one. */
function replacedInputs(target: Target, record: HookRecord, inputs: Inputs, result: unknown): Inputs {
  if (result === undefined || result === null) return inputs;
  const given = Array.isArray(result) ? result : [result];
  const { completeInputs, refuseInputs } = target.table.traits;
  const complete = completeInputs === undefined ? given : completeInputs(inputs, given);
  const expected = refuseInputs?.(complete, inputs);
  if (expected !== undefined) {
    throw hookError('a pre-hook gave inputs that forward cannot take', record.name, result, expected);
  }
  return complete;
}

/** The output after a hook returned `result`. `sync`: the caller cannot wait, so a promise is a mistake. */
function replaced(table: HookTable, record: HookRecord, output: unknown, result: unknown, sync: boolean): unknown {
  if (result === undefined || result === null || result === output) return output;
  if (sync && isThenable(result)) throw promiseError(record, result, 'hook');
  const { reader, refuseOutput } = table.traits;
  const expected = refuseOutput?.(output, result);
  if (expected !== undefined) {
    throw hookError('a forward hook gave what cannot be the output', record.name, result, expected);
  }
  if (reader?.is(output) && !reader.is(result)) {
    throw hookError(
      'a forward hook replaced a tensor by something that is not a tensor',
      record.name,
      result,
      'a tensor, or undefined to leave the output as it is: a function body in braces, perhaps',
    );
  }
  return result;
}

/** A promise must never become the output unnoticed, and its own rejection must not end the process. */
function promiseError(record: HookRecord, promise: PromiseLike<unknown>, what: 'hook' | 'pre-hook'): Error {
  absorb(promise);
  const expected =
    what === 'hook'
      ? 'a value, or nothing; asynchronous hooks need a module whose forward is asynchronous'
      : 'a value, or nothing; asynchronous pre-hooks need a module that says that it is asynchronous (static async = true)';
  return hookError(`a synchronous forward cannot wait for its ${what}`, record.name, promise, expected);
}

function warnSilenced(module: Hookable, record: HookRecord, error: unknown): void {
  const text = `the alwaysCall hook ${record.name} of ${describeModule(module)} failed while another error was on its way`;
  warn(`${text}; that one goes on, this one is only reported: ${describeError(error)}`);
}
