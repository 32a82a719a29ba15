/**
 * @file Who frees which tensor. The output of a hooked layer belongs to its caller: the executor of a model disposes of it
 * after its last consumer. So a replacement that a hook may keep (its input, a constant, a variable) becomes a clone.
 */
import { ForwardError, type Hookable } from '../../src/index.ts';
import { type Core, isTensor, type Tensor } from './framework.ts';

/**
 * A copy that outlives the call and every tidy around it, and shares the values. tf.keep alone does not help: the
 * executor of a model disposes of what it has consumed, kept or not.
 */
export function keep(core: Core, tensor: Tensor): Tensor {
  return core.keep(tensor.clone());
}

/**
 * The output for the caller: clones of tensors that may belong to others, and of those that are in it twice.
 * @param isFree whether a tensor belongs to nothing else
 */
export function ownedByCaller(
  core: Core,
  hookable: Hookable,
  output: unknown,
  isFree: (tensor: Tensor) => boolean,
): unknown {
  checkNotDisposed(hookable, output);
  const owned = (one: unknown) => (!isTensor(core, one) || isFree(one) ? one : one.clone());
  if (!Array.isArray(output)) return owned(output);
  return output.map((one, i) => (isTensor(core, one) && output.indexOf(one) < i ? one.clone() : owned(one)));
}

/** Disposes of the tensors that a tidy has recorded since it held `count`, as its end would, except for `output`. */
export function disposeSince(track: Tensor[], count: number, output: unknown): void {
  const outputs = Array.isArray(output) ? output : undefined;
  let end = count;
  for (let i = count; i < track.length; i++) {
    const tensor = track[i]!;
    if (tensor === output || outputs?.includes(tensor)) track[end++] = tensor;
    else if (tensor.kept !== true) tensor.dispose();
  }
  track.length = end;
}

/** @throws ForwardError for a disposed tensor. tfjs would throw later, from wherever it is read. */
export function checkNotDisposed(hookable: Hookable, value: unknown, what = 'the output'): void {
  if (Array.isArray(value)) for (const one of value) checkNotDisposed(hookable, one, what);
  else if ((value as Partial<Tensor> | undefined)?.isDisposed === true) {
    throw new ForwardError(
      `${what} of ${hookable} was disposed of by one of its hooks`,
      'expected: hooks that dispose of nothing they are given; tensors that they create are disposed of for them',
    );
  }
}

/** Explains an error of tfjs to the author of an observer that read a tensor after its call. */
export function explainError(cause: unknown): string | undefined {
  if (!/^Tensor is disposed\.?$/.test(String((cause as Partial<Error> | undefined)?.message))) return undefined;
  return 'expected: module.keep(output), called before the observer waits: tfjs frees the tensors of a call when it ends';
}
