/**
 * @file Modules that b has not because another one does their work too: exporters fold a BatchNorm into the convolution before
 * it, runtimes an activation. The values tell: what b's convolution gives is what a's BatchNorm gave.
 */
import type { Expectations } from './expected.ts';
import { type RecordedCall, type Recording, tensorParts } from './recording.ts';

export interface HeldCalls {
  /** The call of a whose output b's call has, by the index of its counterpart; missing where that is itself. */
  readonly outputOf: ReadonlyMap<number, number>;
  /** The call of a whose inputs b's call has. */
  readonly inputsOf: ReadonlyMap<number, number>;
  /** The paths of a that a call does too. */
  readonly holds: ReadonlyMap<number, readonly string[]>;
  /** The path of b that does the work of a missing call. */
  readonly heldBy: ReadonlyMap<RecordedCall, string>;
}

/** What a call gives that does the work of another one too is what a gives, up to this relative difference. */
const SAME = 0.05;
/** How much closer b's tensor must be to that of the missing call. */
const CLOSER = 2;
export const MUCH_CLOSER = 10;

/** @param closer how many times closer b's tensor must be to that of a missing call behind a call */
export function heldCalls(
  a: Recording,
  b: Recording,
  pairs: ReadonlyMap<number, number>,
  expectations: Expectations,
  closer: number = CLOSER,
): HeldCalls {
  const outputOf = new Map<number, number>();
  const inputsOf = new Map<number, number>();
  const holds = new Map<number, string[]>();
  const heldBy = new Map<RecordedCall, string>();
  if (pairs.size === a.calls.length) return { outputOf, inputsOf, holds, heldBy };
  const [readers, producers] = [byTensor(a, 'inputs'), byTensor(a, 'output')];
  /** The next call that begins after a call has ended, and reads its output. */
  const readerOf = (i: number): number | undefined => {
    const { end, output } = a.calls[i]!;
    const [part] = tensorParts(output);
    return end === null ? undefined : readers.get(part?.tensor ?? '')?.find((other) => a.calls[other]!.start > end);
  };
  /** The last call that has ended before a call begins, and gives its first input. */
  const producerOf = (i: number): number | undefined => {
    const { start, inputs } = a.calls[i]!;
    const [part] = tensorParts(inputs);
    return producers.get(part?.tensor ?? '')?.findLast((other) => (a.calls[other]!.end ?? start) < start);
  };
  const distance = (i: number, side: 'inputs' | 'output', j: number): number => {
    const part = tensorParts(b.calls[j]![side])[0];
    if (part === undefined) return Infinity;
    const [expected] = expectations.of(tensorParts(a.calls[i]![side]), [part]);
    return expected === undefined ? Infinity : expectations.distance(expected, part);
  };
  const isMissing = (i: number) => !pairs.has(i);
  const hold = (i: number, other: number, j: number) => {
    holds.set(i, [...(holds.get(i) ?? []), a.calls[other]!.path]);
    // By the outermost one: a node inside it does the work too.
    if (!heldBy.has(a.calls[other]!)) heldBy.set(a.calls[other]!, b.calls[j]!.path);
  };
  for (const [i, j] of pairs) {
    // Behind it: the missing calls that read its output, one after the other.
    for (let last = i, next = readerOf(i); next !== undefined && isMissing(next); next = readerOf(last)) {
      const [own, further] = [distance(last, 'output', j), distance(next, 'output', j)];
      if (!(own > 0 && further * closer < own)) break;
      outputOf.set(i, next);
      hold(i, next, j);
      last = next;
    }
    // Before it: the missing calls that give its input.
    for (let first = i, before = producerOf(i); before !== undefined && isMissing(before); before = producerOf(first)) {
      const [own, further] = [distance(first, 'inputs', j), distance(before, 'inputs', j)];
      // A module that is simply left out changes the output: then b's call does not do its work.
      const output = distance(i, 'output', j);
      if (!(own > 0 && further * CLOSER < own && output * MUCH_CLOSER < own && output < SAME)) break;
      inputsOf.set(i, before);
      hold(i, before, j);
      first = before;
    }
  }
  return { outputOf, inputsOf, holds, heldBy };
}

/** The indices of calls by the tensors on one side. */
function byTensor({ calls }: Recording, side: 'inputs' | 'output'): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const [i, call] of calls.entries()) {
    for (const { tensor } of tensorParts(call[side])) {
      const list = found.get(tensor);
      if (list === undefined) found.set(tensor, [i]);
      else list.push(i);
    }
  }
  return found;
}
