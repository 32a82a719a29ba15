/** @file Models that do not do the same in each run: random ones, those with a state, those that write into their inputs. */
import { recordedErrors } from './call-errors.ts';
import { quoted } from './difference.ts';
import { findDifference } from './findings.ts';
import { planComparison } from './plan.ts';
import type { Recording } from './recording.ts';

/** In local tolerances: threads may add up in another order each time, and rounding grows from module to module. */
const CLEARLY = 100;

/**
 * Why two runs of one model with the same inputs differ, as a sentence.
 * @returns undefined if they do not
 */
export function unsteadiness(one: Recording, other: Recording): string | undefined {
  const plan = planComparison(one, other);
  const { at } = findDifference(plan, recordedErrors(plan), { mode: 'locked', tolerance: CLEARLY, advice: '' });
  if (at === undefined) return undefined;
  const { path, parent } = at.pair.a;
  // What a module gets is made by the code of the module around it.
  const isGiven = (at.inputs?.ratio ?? 0) > CLEARLY;
  if (isGiven && parent === null)
    return 'the model writes into its inputs: pass a function that makes them anew for each run';
  const name = quoted(isGiven ? one.calls[parent!]!.path : path);
  return `${name} gives other values each time: set its seed, reset its state, or leave training mode`;
}
