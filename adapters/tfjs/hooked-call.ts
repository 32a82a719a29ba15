/** @file One call of a place in tfjs with its hooks, so that nobody has to think of memory. */
import { ForwardError, type Hookable, intercept } from '../../src/index.ts';
import { BackwardPass } from './backward-pass.ts';
import { type Core, isTensor, type Tensor, toList } from './framework.ts';
import { Tape } from './tape.ts';

/** A place that the framework runs. */
export interface Place {
  readonly core: Core;
  readonly hookable: Hookable;
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
  { core, hookable, weights }: Place,
  received: readonly unknown[],
  perform: (inputs: readonly unknown[]) => unknown,
): unknown {
  const tape = Tape.recording(core);
  const backward = tape && BackwardPass.of(core, hookable, weights);
  return core.tidy(() => {
    let given: readonly unknown[] = received;
    let own: unknown;
    const forward = (...inputs: readonly unknown[]) => {
      given = inputs;
      own = perform(backward ? backward.enter(inputs) : inputs);
      return own;
    };
    try {
      const output = intercept(hookable, forward, received);
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
    if (!one.isDisposed) return made.has(one) ? one : one.clone();
    throw new ForwardError(
      `the output of ${hookable} was disposed of by one of its hooks`,
      'expected: hooks that leave the tensors they are given alone; what they make themselves is disposed of for them',
    );
  };
  return Array.isArray(output) ? output.map(owned) : owned(output);
}
