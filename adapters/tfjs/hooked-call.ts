/** @file One call of a place in tfjs with its hooks, so that nobody has to think of memory. */
import { ForwardError, type Hookable, intercept, type Observers } from '../../src/index.ts';
import { BackwardPass } from './backward-pass.ts';
import { type Core, isTensor, type Tensor, toList } from './framework.ts';
import { Tape } from './tape.ts';

/** A place that the framework runs. */
export interface Place {
  readonly core: Core;
  readonly hookable: Hookable;
  readonly observers: Observers;
  /** The layer's own trainable weights. */
  weights(): Tensor[];
}

/**
 * Runs `perform` with the hooks of a place around it, in a tidy of its own: whatever hooks leave behind is disposed of.
 *
 * What comes out belongs to the caller alone. The executor of a model disposes of it after its last consumer, so a
 * tensor that a hook returned and may keep (its input, a constant, a variable) goes out as a clone, which shares its
 * values. What the layer itself made goes out as it is.
 */
export function hookedCall(
  place: Place,
  received: readonly unknown[],
  perform: (inputs: readonly unknown[]) => unknown,
): unknown {
  const { core, hookable } = place;
  const tape = Tape.recording(core);
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
      const output = intercept(hookable, forward, received, enter);
      // The usual case first: nothing was replaced, and nothing recorded.
      if (output === own && tape === undefined && isAlive(core, own) && !given.includes(own)) return output;
      const owned = ownedByCaller(core, hookable, output, madeHere(own, received, given));
      tape?.warnWhereCut(hookable, [...received, ...given, ...toList(own)], output);
      return backward ? backward.leave(owned) : owned;
    } catch (error) {
      tape?.disposeIfAbandoned();
      throw error;
    }
  });
}

/**
 * Tells the observers of a place of a call that has been made without a tidy of its own: where they are alone, nothing
 * but what they make has to be disposed of.
 */
export function tellObservers({ core, hookable, observers }: Place, inputs: readonly unknown[], output: unknown): void {
  const around = core.engine().state?.activeScope?.track;
  if (around === undefined) core.tidy(() => observers.notify(hookable, inputs, output));
  else {
    // In the tidy around it, all that is new is theirs. One more tidy would cost more than telling them.
    const before = around.length;
    try {
      observers.notify(hookable, inputs, output);
    } finally {
      if (around.length > before) for (const made of around.splice(before)) if (made.kept !== true) made.dispose();
    }
  }
  if (Array.isArray(output)) for (const one of output) refuseDisposed(hookable, one);
  else refuseDisposed(hookable, output);
}

const isAlive = (core: Core, output: unknown) => isTensor(core, output) && !output.isDisposed;

/**
 * What a place itself gave. It may have given an input on (Dropout does, outside of training): where a pre-hook put that
 * there, it may be kept by somebody.
 */
export function madeHere(own: unknown, received: readonly unknown[], given: readonly unknown[]): ReadonlySet<unknown> {
  const made = new Set<unknown>(toList(own));
  for (const value of given) if (!received.includes(value)) made.delete(value);
  return made;
}

/** The output, with clones in the place of what may belong to others. */
export function ownedByCaller(core: Core, hookable: Hookable, output: unknown, made: ReadonlySet<unknown>): unknown {
  const owned = (one: unknown) => {
    if (!isTensor(core, one)) return one;
    refuseDisposed(hookable, one);
    return made.has(one) ? one : one.clone();
  };
  return Array.isArray(output) ? output.map(owned) : owned(output);
}

function refuseDisposed(hookable: Hookable, output: unknown): void {
  if ((output as Partial<Tensor> | undefined)?.isDisposed !== true) return;
  throw new ForwardError(
    `the output of ${hookable} was disposed of by one of its hooks`,
    'expected: hooks that leave the tensors they are given alone; what they make themselves is disposed of for them',
  );
}

/** What hooks replaced, where no tidy was around it. */
export function disposeAllBut(stays: unknown, made: Iterable<unknown>): void {
  const staying = toList(stays);
  for (const tensor of made) if (!staying.includes(tensor)) (tensor as Tensor).dispose();
}
