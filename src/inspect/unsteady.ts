/** @file Models that do not do the same in each run: random ones, those with a state, those that write into their inputs. */
import { type CallError, recordedErrors } from './call-errors.ts';
import { quoted } from './difference.ts';
import { lockedFinding } from './findings.ts';
import { type Plan, planComparison } from './plan.ts';
import type { Recording } from './recording.ts';
import type { TensorError } from './tensor-error.ts';

const gives = (path: string) =>
  `${quoted(path)} gives other values each time: set its seed, reset its state, or leave training mode`;
const WRITES = 'the model writes into its inputs: pass a function that makes them anew for each run';

/**
 * Why two runs of b with the same values differ, as a sentence; undefined if they do not.
 * @param one the differences from a in the first of them @param other those in the second
 */
export function unsteadyIn(plan: Plan, one: readonly CallError[], other: readonly CallError[]): string | undefined {
  // Before them b ran freely, and was recorded.
  const root = one.find(({ pair }) => pair.a.parent === null);
  if (root?.inputs !== undefined && root.inputs.ratio > 1) {
    const before = recordedErrors(plan).find(({ pair }) => pair === root.pair);
    if (differ(root.inputs, before?.inputs)) return WRITES;
  }
  for (const [i, { pair, inputs, output }] of one.entries()) {
    // What a module gets is made by the code of the module around it.
    if (differ(inputs, other[i]?.inputs)) return gives(parentOf(plan.a, pair.a.parent));
    if (differ(output, other[i]?.output)) return gives(pair.b.path);
  }
  return undefined;
}

/** The same of two recordings of a, made with the same inputs. */
export function unsteadyOf(one: Recording, other: Recording): string | undefined {
  const plan = planComparison(one, other);
  const { at } = lockedFinding(plan, recordedErrors(plan), 1);
  if (at === undefined) return undefined;
  const { a } = at.pair;
  const isGiven = (at.inputs?.ratio ?? 0) > 1;
  if (isGiven && a.parent === null) return WRITES;
  return gives(isGiven ? parentOf(one, a.parent) : a.path);
}

const parentOf = ({ calls }: Recording, parent: number | null) => (parent === null ? '' : calls[parent]!.path);

/** By more than rounding: threads may add up in another order each time. */
const differ = (p: TensorError | undefined, q: TensorError | undefined) =>
  p !== undefined && q !== undefined && p.ratio !== q.ratio && !(Math.abs(p.ratio - q.ratio) <= 1);
