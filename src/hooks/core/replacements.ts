/** @file The value that a hook returns: whether it replaces the inputs or the output, or is refused. */
import { absorb, isOfKind, isThenable } from '../../check/index.ts';
import { hookError } from './forward-error.ts';
import type { HookEntry, HookTable } from './hook-table.ts';
import type { TensorReader } from './reader.ts';

type Inputs = readonly unknown[];

/**
 * The inputs after a pre-hook returned `result`: an array is all of them, another value the only one.
 * @param received the inputs of the call, before any pre-hook
 */
export function inputsAfterPreHook(
  table: HookTable,
  entry: HookEntry,
  received: Inputs,
  inputs: Inputs,
  result: unknown,
): Inputs {
  if (result === undefined || result === null) return inputs;
  const given = isAllInputs(table.reader, entry, inputs, result) ? result : [result];
  const { completeInputs, validateInputs } = table.options;
  const complete = completeInputs === undefined ? given : completeInputs(inputs, given);
  const expected = validateInputs?.(complete, inputs);
  if (expected !== undefined) {
    throw hookError('a pre-hook gave inputs that forward cannot take', entry.name, result, expected);
  }
  if (inputs !== received) table.memory?.free(table.reader, inputs, [received, complete]);
  return complete;
}

/** Whether a pre-hook returned all inputs. If tensors are arrays, an array may be one tensor. */
function isAllInputs(
  reader: TensorReader | undefined,
  entry: HookEntry,
  inputs: Inputs,
  result: unknown,
): result is unknown[] {
  if (!Array.isArray(result)) return false;
  if (reader === undefined) return true;
  if (isTensor(reader, entry, inputs)) {
    throw hookError(
      'a pre-hook gave an array, which may be one tensor or all the inputs',
      entry.name,
      result,
      'a reader whose is() does not hold for the array of all inputs, as it does here',
    );
  }
  return !isTensor(reader, entry, result);
}

/** @throws ForwardError that names the hook if the reader fails */
function isTensor(reader: TensorReader, entry: HookEntry, value: unknown): boolean {
  try {
    return reader.is(value);
  } catch (cause) {
    const error = hookError('the is() of a TensorReader failed', entry.name, value, 'true or false');
    error.cause = cause;
    throw error;
  }
}

/**
 * The output after a hook returned `result`.
 * @param sync whether the call cannot wait for a promise
 * @param received the inputs of the call, before any pre-hook
 * @param given the inputs that the pre-hooks left, before `mapInputs`
 */
export function outputAfterHook(
  table: HookTable,
  entry: HookEntry,
  inputs: Inputs,
  output: unknown,
  result: unknown,
  sync: boolean,
  received: Inputs,
  given: Inputs,
): unknown {
  if (result === undefined || result === null || result === output) return output;
  if (sync && isThenable(result)) throw promiseError(entry, result, 'hook');
  const { reader } = table;
  if (reader !== undefined && isTensor(reader, entry, output) && !isTensor(reader, entry, result)) {
    const expected = isOfKind(result, 'Tensor')
      ? 'a tensor of the framework that runs the module, not one of layertap'
      : 'a tensor, or undefined to leave the output as it is: a function body in braces, perhaps';
    throw hookError('a forward hook replaced a tensor by something that is not a tensor', entry.name, result, expected);
  }
  const { validateOutput } = table.options;
  // An edit was checked when it was registered.
  const expected = entry.kind === 'edit' ? undefined : validateOutput?.(output, result);
  if (expected !== undefined) {
    throw hookError('a forward hook gave what cannot be the output', entry.name, result, expected);
  }
  // Asked first, so that a replacement allocates nothing: it would cost a transform a quarter more.
  if (table.memory !== undefined) table.memory.free(reader, [output], [received, given, inputs, result]);
  return result;
}

/** The error for a promise that a synchronous call got. Handles its rejection, which would end the process. */
export function promiseError(entry: HookEntry, promise: PromiseLike<unknown>, what: 'hook' | 'pre-hook'): Error {
  absorb(promise);
  const expected =
    what === 'hook'
      ? 'a value, or nothing; asynchronous hooks need a module whose forward is asynchronous'
      : 'a value, or nothing; asynchronous pre-hooks need a module that says that it is asynchronous (static async = true)';
  return hookError(`a synchronous forward cannot wait for its ${what}`, entry.name, promise, expected);
}
