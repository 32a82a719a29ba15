/** @file Between `call(tensors, options)` of tfjs and the one list of inputs that hooks see. */
import type { TfjsCallOptions } from './framework.ts';

/** The tensors, followed by the options of the call if there are any. */
export function joinInputs(tensors: readonly unknown[], options: TfjsCallOptions | undefined): readonly unknown[] {
  return hasAny(options) ? [...tensors, options] : tensors;
}

export function splitInputs(inputs: readonly unknown[]): {
  tensors: readonly unknown[];
  options: TfjsCallOptions | undefined;
} {
  const last = inputs.at(-1);
  return isOptions(last) ? { tensors: inputs.slice(0, -1), options: last } : { tensors: inputs, options: undefined };
}

/** A pre-hook that returns only tensors keeps the options of the call. */
export function completeInputs(before: readonly unknown[], given: readonly unknown[]): readonly unknown[] {
  const { options } = splitInputs(before);
  return options === undefined || isOptions(given.at(-1)) ? given : [...given, options];
}

function hasAny(options: TfjsCallOptions | undefined): boolean {
  for (const _ in options) return true;
  return false;
}

/** Whether a value is a plain object, of any realm. */
function isOptions(value: unknown): value is TfjsCallOptions {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
