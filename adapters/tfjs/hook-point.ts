/** @file One call of a place in tfjs with its hooks, so that nobody has to think of memory. */

import { intercept, type Listeners } from '../../src/adapter.ts';
import { ForwardError, type Hookable } from '../../src/index.ts';
import { BackwardPass } from './backward-pass.ts';
import { type Core, isTensor, type Tensor, toList } from './framework.ts';
import { GradientTape } from './gradient-tape.ts';

/** A place that the framework runs. */
export interface HookPoint {
  readonly core: Core;
  readonly hookable: Hookable;
  readonly listeners: Listeners;
  /** The layer's own trainable weights. */
  weights(): Tensor[];
}

/**
 * Runs `perform` with the hooks of a place around it, in a tidy of its own: whatever hooks leave behind is disposed of.
 *
 * What comes out belongs to the caller alone. The executor of a model disposes of it after its last consumer, so a
 * tensor that a hook returned and may keep (its input, a constant, a variable) goes out as a clone, which shares its
 * values. What the layer itself made goes out as it is.
 * @param call the number of a call that has begun already; default: it begins now
 */
export function callWithHooks(
  place: HookPoint,
  received: readonly unknown[],
  perform: (inputs: readonly unknown[]) => unknown,
  call?: number,
): unknown {
  const { core, hookable } = place;
  const tape = GradientTape.recording(core);
  const backward = tape && BackwardPass.of(core, hookable, () => place.weights());
  return core.tidy(() => {
    let given: readonly unknown[] = received;
    let own: unknown;
    const forward = (...inputs: readonly unknown[]) => {
      given = inputs;
      own = perform(inputs);
      return own;
    };
    // Forward hooks see what has passed the identity, as in PyTorch: what they make of it is in the layer's gradients.
    const enter = backward && ((inputs: readonly unknown[]) => backward.enter(inputs));
    try {
      const output = intercept(hookable, forward, received, enter, call);
      checkNotDisposed(hookable, given, 'an input');
      // The usual case first: nothing was replaced, and nothing recorded.
      if (output === own && tape === undefined && isAlive(core, own) && !given.includes(own)) return output;
      const made = madeHere(own, received, given);
      const owned = ownedByCaller(core, hookable, output, (tensor) => made.has(tensor));
      tape?.warnIfCut(hookable, [...received, ...given, ...toList(own)], output);
      return backward ? backward.leave(owned) : owned;
    } catch (error) {
      tape?.disposeIfAbandoned();
      throw error;
    }
  });
}

/** Says that hooks have to stand around a call. */
export const NEEDS_WRAP = -1;

/**
 * Whether a place may be called as ever, and `runHooksAfter` called then: how many tensors the tidy around it holds before
 * the call. {@link NEEDS_WRAP} where something runs before forward, where gradients are recorded, and where there is no tidy.
 */
export function markTidy({ core: { engine }, listeners }: HookPoint): number {
  const made = engine.state?.activeScope?.track;
  if (listeners.isObserveOnly) return made?.length ?? 0;
  return made === undefined || !listeners.hasNoPreHooks || engine.isTapeOn() ? NEEDS_WRAP : made.length;
}

/**
 * The hooks of a place that has been called as ever. It comes to what `callWithHooks` does, in the tidy that is there
 * already: one more tidy would cost more than the hooks.
 * @param before what `markTidy` gave
 * @param call what `listeners.begin()` gave
 */
export function runHooksAfter(
  place: HookPoint,
  inputs: readonly unknown[],
  own: unknown,
  before: number,
  call: number,
): unknown {
  const { core, hookable, listeners } = place;
  const made = core.engine.state?.activeScope?.track;
  if (made === undefined) return observedOutsideTidy(place, inputs, own, call);
  const called = made.length;
  try {
    const output = listeners.after(call, inputs, own);
    checkNotDisposed(hookable, inputs, 'an input');
    if (output !== own) return replacedSince(place, output, made, before);
    checkNotDisposed(hookable, own);
    if (made.length > called) disposeSince(made, called, own);
    return own;
  } catch (error) {
    disposeSince(made, before, undefined);
    GradientTape.recording(core)?.disposeIfAbandoned();
    throw error;
  }
}

/* These two make functions, which is why they are not a part of the above: V8 would make room for what they see in every call. */

function observedOutsideTidy(place: HookPoint, inputs: readonly unknown[], own: unknown, call: number): unknown {
  const { core, hookable, listeners } = place;
  core.tidy(() => void listeners.after(call, inputs, own));
  checkNotDisposed(hookable, inputs, 'an input');
  checkNotDisposed(hookable, own);
  return own;
}

function replacedSince({ core, hookable }: HookPoint, output: unknown, made: Tensor[], before: number): unknown {
  const isFree = (tensor: Tensor) => tensor.kept !== true && made.indexOf(tensor, before) >= 0;
  const owned = ownedByCaller(core, hookable, output, isFree);
  disposeSince(made, before, owned);
  return owned;
}

/** Disposes of what has been made in a tidy since it held `count` tensors, as its end would: `stays` goes on. */
function disposeSince(made: Tensor[], count: number, stays: unknown): void {
  const staying = Array.isArray(stays) ? stays : undefined;
  let end = count;
  for (let i = count; i < made.length; i++) {
    const tensor = made[i]!;
    if (tensor === stays || staying?.includes(tensor)) made[end++] = tensor;
    else if (tensor.kept !== true) tensor.dispose();
  }
  made.length = end;
}

const isAlive = (core: Core, output: unknown) => isTensor(core, output) && !output.isDisposed;

/**
 * What a place itself gave. It may have given an input on (Dropout does, outside of training): where a pre-hook put that
 * there, it may be kept by somebody.
 */
function madeHere(own: unknown, received: readonly unknown[], given: readonly unknown[]): ReadonlySet<unknown> {
  const made = new Set<unknown>(toList(own));
  for (const value of given) if (!received.includes(value)) made.delete(value);
  return made;
}

/**
 * The output, with clones in the place of what may belong to others, or goes out a second time.
 * @param isFree whether a tensor belongs to nobody else
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

/** tfjs has one text for whatever is read when it is gone, wherever that is. */
function checkNotDisposed(hookable: Hookable, value: unknown, what = 'the output'): void {
  if (Array.isArray(value)) for (const one of value) checkNotDisposed(hookable, one, what);
  else if ((value as Partial<Tensor> | undefined)?.isDisposed === true) {
    throw new ForwardError(
      `${what} of ${hookable} was disposed of by one of its hooks`,
      'expected: hooks that leave the tensors they are given alone; what they make themselves is disposed of for them',
    );
  }
}

/** What hooks replaced, where no tidy was around it. */
export function disposeAllBut(stays: unknown, made: Iterable<unknown>): void {
  const staying = toList(stays);
  for (const tensor of made) if (!staying.includes(tensor)) (tensor as Tensor).dispose();
}
