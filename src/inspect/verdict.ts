/** @file From the differences of all modules to a verdict. */
import type { CallError } from './call-errors.ts';
import type { Comparison } from './comparison.ts';
import { coverageOf } from './coverage.ts';
import { differenceOf, nameOf } from './difference.ts';
import { type Finding, findDifference } from './findings.ts';
import { notesOf } from './notes.ts';
import { type Plan, passesOn } from './plan.ts';
import { reportText } from './report-text.ts';

/** Below this coverage nothing passes. */
const ENOUGH_COVERAGE = 0.8;

export interface VerdictOptions {
  /** A multiple of the local tolerance that is accepted. */
  readonly tolerance: number;
  /** What has gone wrong besides, in sentences: a run that ended early. */
  readonly trouble: readonly string[];
  /** How to find out more, where two recordings do not suffice. */
  readonly advice: string;
  /** Why the model does not do the same in each run. */
  readonly unsteady?: string | undefined;
}

/** The verdict on a locked run, or on two recordings. */
export function conclude(
  plan: Plan,
  errors: readonly CallError[],
  mode: Comparison['mode'],
  options: VerdictOptions,
): Comparison {
  const found = findingOf(plan, errors, mode, options);
  const { coverage, missing } = coverageOf(plan, errors);
  const guard = guarded(plan, found, coverage, options);
  const notes = notesOf(plan, mode);
  const comparison = {
    verdict: guard.verdict === 'PASS' && notes.length > 0 ? 'PASS_WITH_TOLERANCE' : guard.verdict,
    why: [...guard.why, ...notes],
    ...found.place,
    mode,
    coverage,
    modules: errors.map(differenceOf),
    missing,
  };
  const at = found.at === undefined ? undefined : errors.indexOf(found.at);
  // Not enumerable: neither JSON nor a comparison of two comparisons sees it.
  return Object.defineProperty(comparison as Comparison, 'toString', { value: () => reportText(comparison, at) });
}

function findingOf(
  plan: Plan,
  errors: readonly CallError[],
  mode: Comparison['mode'],
  options: VerdictOptions,
): Finding {
  const { unsteady, tolerance, advice } = options;
  if (unsteady !== undefined) return { verdict: 'INCONCLUSIVE', why: [unsteady] };
  const found = findDifference(plan, errors, { mode, tolerance, advice });
  const { place, at } = found;
  // In evaluation it gives its input.
  const isTraining = place?.first !== undefined && at !== undefined && RANDOM.test(at.pair.a.kind);
  if (!isTraining || passesOn(at.pair.a)) return found;
  return { verdict: 'INCONCLUSIVE', why: [`${nameOf(at)} is random in a: set its seed, or leave training mode`] };
}

/** Of PyTorch, timm, Keras and ONNX. */
const RANDOM =
  /dropout|^DropPath$|^StochasticDepth$|^GaussianNoise$|^Random(Normal|Uniform)|^Bernoulli$|^Multinomial$/i;

/** What must hold for any verdict. */
function guarded(
  plan: Plan,
  { verdict, why, at }: Finding,
  coverage: number,
  { trouble }: VerdictOptions,
): Pick<Finding, 'verdict' | 'why'> {
  const { alignment } = plan;
  const passes = verdict === 'PASS' || verdict === 'PASS_WITH_TOLERANCE';
  if (plan.a.calls.length === 0) {
    return { verdict: 'INCONCLUSIVE', why: trouble.length > 0 ? trouble : ['the run of a called no module'] };
  }
  // A run that ended early covers less; what it did compare counts.
  const isCut =
    verdict === 'FAIL' && trouble.length > 0 && alignment.way === 'paths' && at?.output?.problem === undefined;
  if (coverage < ENOUGH_COVERAGE && !isCut) {
    const reason = `only ${Math.floor(coverage * 100)} % of a's calls were compared`;
    const advice = trouble.length === 0 ? ': give a map of paths, or is this another model?' : '';
    return { verdict: 'INCONCLUSIVE', why: [...trouble, reason + advice, ...why] };
  }
  if (passes && trouble.length > 0) return { verdict: 'INCONCLUSIVE', why: [...trouble, ...why] };
  if (verdict === 'FAIL' && alignment.way === 'sequence' && at !== undefined && !isSurrounded(plan, at)) {
    const reason =
      'the modules have other paths, and which is which was guessed around this place: give a map of paths';
    return { verdict: 'INCONCLUSIVE', why: [...why, reason, ...trouble] };
  }
  return { verdict, why: [...why, ...trouble] };
}

/** Whether the calls before and after one in both runs are a pair too. */
function isSurrounded({ a, b, alignment }: Plan, { pair }: CallError): boolean {
  const order = (calls: typeof a.calls) =>
    [...calls.keys()].filter((i) => calls[i]!.end !== null).sort((p, q) => calls[p]!.end! - calls[q]!.end!);
  const [ofA, ofB] = [order(a.calls), order(b.calls)];
  const i = ofA.indexOf(a.calls.indexOf(pair.a));
  const j = ofB.indexOf(pair.index);
  return [-1, 1].every((step) => {
    const [p, q] = [ofA[i + step], ofB[j + step]];
    return p === undefined || q === undefined || alignment.pairs.get(p) === q;
  });
}
