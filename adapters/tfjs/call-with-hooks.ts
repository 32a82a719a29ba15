/** @file One call with its hooks: `callWithHooks`, or the faster `runHooksAfter` if none has to run before it. */
import { intercept, type Listeners } from '../../src/adapter.ts';
import type { Hookable } from '../../src/index.ts';
import { backwardPass } from './backward-pass.ts';
import { type Core, isTensor, type Tensor, toList } from './framework.ts';
import { GradientTape } from './gradient-tape.ts';
import { checkNotDisposed, disposeSince, ownedByCaller } from './memory.ts';

/** A layer, model or node whose calls are intercepted. */
export interface HookPoint {
  readonly core: Core;
  readonly hookable: Hookable;
  readonly listeners: Listeners;
  /** The trainable weights, for backward hooks. */
  weights(): Tensor[];
}

/**
 * Runs `forward` with the hooks of a hook point around it. A tidy disposes of what the hooks leave behind.
 * @param call the number of a call that has begun already; default: it begins now
 * @returns tensors that the caller owns
 */
export function callWithHooks(
  point: HookPoint,
  received: readonly unknown[],
  forward: (inputs: readonly unknown[]) => unknown,
  call?: number,
): unknown {
  const { core, hookable } = point;
  const tape = GradientTape.recording(core);
  const backward = tape && backwardPass(core, hookable, () => point.weights());
  return core.tidy(() => {
    let given: readonly unknown[] = received;
    let own: unknown;
    const run = (...inputs: readonly unknown[]) => {
      given = inputs;
      own = forward(inputs);
      return own;
    };
    // Forward hooks see the inputs after the identity, as in PyTorch: the layer's gradients include what they compute.
    const enter = backward && ((inputs: readonly unknown[]) => backward.enter(inputs));
    try {
      const output = intercept(hookable, run, received, { mapInputs: enter, call });
      checkNotDisposed(hookable, given, 'an input');
      // The usual case first: nothing was replaced, and nothing recorded.
      const isAlive = isTensor(core, own) && !own.isDisposed;
      if (output === own && tape === undefined && isAlive && !given.includes(own)) return output;
      const made = madeByForward(own, received, given);
      const owned = ownedByCaller(core, hookable, output, (tensor) => made.has(tensor));
      tape?.warnIfCut(hookable, [...received, ...given, ...toList(own)], output);
      return backward ? backward.leave(owned) : owned;
    } catch (error) {
      tape?.disposeIfAbandoned();
      throw error;
    }
  });
}

/** Excludes an input that forward passed on (Dropout outside of training does) if a pre-hook gave it, and may keep it. */
function madeByForward(own: unknown, received: readonly unknown[], given: readonly unknown[]): ReadonlySet<unknown> {
  const made = new Set<unknown>(toList(own));
  for (const value of given) if (!received.includes(value)) made.delete(value);
  return made;
}

/** The answer of {@link markTidy} if hooks must be around the call. */
export const NEEDS_WRAP = -1;

/**
 * The number of tensors that the running tidy holds before a call, for `runHooksAfter` after it. {@link NEEDS_WRAP} if
 * something runs before forward, gradients are recorded, or there is no tidy.
 */
export function markTidy({ core: { engine }, listeners }: HookPoint): number {
  const track = engine.state?.activeScope?.track;
  if (!listeners.mayReplace) return track?.length ?? 0;
  return track === undefined || listeners.hasPreHooks || engine.isTapeOn() ? NEEDS_WRAP : track.length;
}

/**
 * Runs the hooks of a call that has been made without any. The result is that of `callWithHooks`, but in the running
 * tidy: another one would cost more than the hooks.
 * @param mark what `markTidy` returned before the call
 * @param call what `listeners.begin()` returned
 */
export function runHooksAfter(
  point: HookPoint,
  inputs: readonly unknown[],
  own: unknown,
  mark: number,
  call: number,
): unknown {
  const { core, hookable, listeners } = point;
  const track = core.engine.state?.activeScope?.track;
  if (track === undefined) return observeOutsideTidy(point, inputs, own, call);
  const afterForward = track.length;
  try {
    const output = listeners.after(call, inputs, own);
    checkNotDisposed(hookable, inputs, 'an input');
    if (output !== own) return ownReplacement(point, output, track, mark);
    checkNotDisposed(hookable, own);
    if (track.length > afterForward) disposeSince(track, afterForward, own);
    return own;
  } catch (error) {
    disposeSince(track, mark, undefined);
    GradientTape.recording(core)?.disposeIfAbandoned();
    throw error;
  }
}

/* These two create closures. Inside `runHooksAfter`, V8 would allocate a context for them in every call. */

function observeOutsideTidy(point: HookPoint, inputs: readonly unknown[], own: unknown, call: number): unknown {
  const { core, hookable, listeners } = point;
  core.tidy(() => void listeners.after(call, inputs, own));
  checkNotDisposed(hookable, inputs, 'an input');
  checkNotDisposed(hookable, own);
  return own;
}

function ownReplacement({ core, hookable }: HookPoint, output: unknown, track: Tensor[], mark: number): unknown {
  const isFree = (tensor: Tensor) => tensor.kept !== true && track.indexOf(tensor, mark) >= 0;
  const owned = ownedByCaller(core, hookable, output, isFree);
  disposeSince(track, mark, owned);
  return owned;
}
