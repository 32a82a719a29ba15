/** @file From the differences of all modules to a verdict. */
import type { CallError } from './call-errors.ts';
import type { Comparison, Verdict } from './comparison.ts';
import { coverageOf } from './coverage.ts';
import { differenceOf, nameOf, placeOf, quoted, sentence } from './difference.ts';
import { type Plan, passesOn } from './plan.ts';
import { tensorParts } from './recording.ts';
import { reportText } from './report-text.ts';
import type { TensorError } from './tensor-error.ts';
import { isFloat, roundoff } from './tolerance.ts';

/** Below this coverage nothing passes. */
const ENOUGH_COVERAGE = 0.8;

/** Two recordings alone: how many times the larger of the input's error and the tolerance is a difference, or may be one. */
const CERTAIN = 100;
const POSSIBLE = 5;

export interface VerdictOptions {
  /** A multiple of the local tolerance that is accepted. */
  readonly tolerance: number;
  /** What has gone wrong besides, in sentences: a run that ended early. */
  readonly trouble: readonly string[];
  /** How to find out more, where two recordings do not suffice. */
  readonly advice: string;
  /** The path of a module that gives another output each time. */
  readonly random?: string | undefined;
}

type Place = Pick<Comparison, 'first' | 'between' | 'inside'>;

interface Finding {
  readonly verdict: Verdict;
  readonly why: readonly string[];
  readonly place?: Place;
  /** Where the difference is. */
  readonly at?: CallError;
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
  const notes = notesOf(plan);
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
  const { random } = options;
  if (random !== undefined) {
    const why = `${quoted(random)} gives another output each time: set its seed, or leave training mode`;
    return { verdict: 'INCONCLUSIVE', why: [why] };
  }
  return mode === 'locked' ? lockedFinding(plan, errors, options) : freeFinding(plan, errors, options);
}

/** What is less exact than it might be. */
function notesOf({ pairs }: Plan): string[] {
  const notes: string[] = [];
  const sampled = pairs.filter(({ output }) => output.some((one) => one?.indices !== undefined)).length;
  if (sampled > 0) {
    notes.push(`of ${sampled} outputs only 4,096 samples were compared: a recording had reached its limit`);
  }
  const types = new Map<string, number>();
  for (const { b, output } of pairs) {
    const [expected] = output;
    const [part] = tensorParts(b.output);
    if (expected === undefined || part === undefined || expected.part.dtype === part.dtype) continue;
    if (!isFloat(expected.part.dtype) || !isFloat(part.dtype)) continue;
    const [ofA, ofB] = [expected.part.dtype, part.dtype].map(nameOfType);
    const coarser = roundoff([part.dtype]) > roundoff([expected.part.dtype]) ? ofB : ofA;
    const note = `${ofB} in b and ${ofA} in a: compared with the tolerance of ${coarser}`;
    types.set(note, (types.get(note) ?? 0) + 1);
  }
  for (const [note, count] of types) notes.push(`${count} ${count === 1 ? 'output is' : 'outputs are'} ${note}`);
  return notes;
}

const nameOfType = (dtype: string): string => dtype.replace(/^F/, 'float').replace(/^BF/, 'bfloat');

/** What must hold for any verdict. */
function guarded(
  plan: Plan,
  { verdict, why, at }: Finding,
  coverage: number,
  { trouble }: VerdictOptions,
): Pick<Finding, 'verdict' | 'why'> {
  const { alignment } = plan;
  const passes = verdict === 'PASS' || verdict === 'PASS_WITH_TOLERANCE';
  if (plan.a.calls.length === 0) return { verdict: 'INCONCLUSIVE', why: trouble };
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

const exceeds = (error: TensorError | undefined, most: number): error is TensorError =>
  error !== undefined && error.ratio > most;

/** Each module has its own error: the first one beyond the tolerance is the fault. */
function lockedFinding(plan: Plan, errors: readonly CallError[], { tolerance }: VerdictOptions): Finding {
  const events = errors.flatMap((error) => {
    const { start, end } = error.pair.a;
    return [
      { at: start, side: 'inputs' as const, error },
      ...(end === null ? [] : [{ at: end, side: 'output' as const, error }]),
    ];
  });
  events.sort((p, q) => p.at - q.at);
  // A module with other inputs is not to blame for its output.
  const misled = new Set<CallError>();
  for (const { side, error } of events) {
    const { inputs, output, pair, locked } = error;
    if (side === 'inputs') {
      if (!exceeds(inputs, tolerance)) continue;
      if (pair.a.path !== '' || pair.a.parent !== null) return { ...between(plan, errors, error), at: error };
      const text = `the model's inputs differ: ${sentence(inputs)}`;
      return { verdict: 'FAIL', why: [text], at: error };
    }
    if (!locked && exceeds(inputs, tolerance)) misled.add(error);
    if (exceeds(output, tolerance) && !misled.has(error)) {
      const why = `${nameOf(error)} differs: ${sentence(output)}`;
      return { verdict: 'FAIL', why: [why], place: { first: differenceOf(error) }, at: error };
    }
  }
  return passing(errors, tolerance);
}

function passing(errors: readonly CallError[], tolerance: number): Finding {
  const all = errors.flatMap(({ output }) => output ?? []);
  if (all.length === 0) return { verdict: 'INCONCLUSIVE', why: ['no output was compared'] };
  const why: string[] = [];
  const excused = all.reduce((sum, error) => sum + error.excused, 0);
  if (excused > 0) {
    why.push(`${excused} differences were excused: comparisons at their threshold, or one step of a quantised value`);
  }
  const largest = Math.max(...all.map(({ ratio }) => ratio));
  if (largest > 1)
    why.push(`differences of up to ${largest.toPrecision(3)} times the local tolerance were accepted (${tolerance})`);
  return { verdict: why.length === 0 ? 'PASS' : 'PASS_WITH_TOLERANCE', why };
}

/** The inputs of a module differ although everything before it agrees. */
function between(plan: Plan, errors: readonly CallError[], error: CallError): Finding {
  const { a, paired } = plan;
  const call = error.pair.a;
  const inside = call.parent === null ? '' : a.calls[call.parent]!.path;
  const before = errors
    .map(({ pair }) => pair.a)
    .filter(({ parent, end }) => parent === call.parent && end !== null && end < call.start)
    .sort((p, q) => p.end! - q.end!)
    .at(-1);
  const from = before?.path ?? inside;
  const place = { between: [from, call.path] as const, inside };
  const start = before === undefined ? `the input of ${quoted(inside)}` : placeOf(before);
  const end = placeOf(call);
  const why = `the difference arises between ${start} and ${end}, in the code of ${quoted(inside)}: ${sentence(error.inputs!)}`;
  const skipped = a.calls.filter(
    (one) => !paired.has(one) && one.start > (before?.end ?? call.start) && one.start < call.start && !passesOn(one),
  );
  const names = skipped.map(({ path, kind }) => `${quoted(path)} (${kind})`);
  return {
    verdict: 'FAIL',
    why: names.length === 0 ? [why] : [why, `a has ${names.join(', ')} there, b has not`],
    place,
  };
}

/**
 * Two recordings alone: errors pass from module to module, so only a jump tells something.
 */
function freeFinding(plan: Plan, errors: readonly CallError[], { tolerance, advice }: VerdictOptions): Finding {
  const root = errors.find(({ pair }) => pair.a.path === '' && pair.a.parent === null);
  if (exceeds(root?.inputs, 1)) {
    const why = `the two runs had other inputs: ${sentence(root.inputs)}`;
    return { verdict: 'INCONCLUSIVE', why: [why] };
  }
  const ended = [...errors].sort((p, q) => (p.pair.a.end ?? Infinity) - (q.pair.a.end ?? Infinity));
  let largest: { readonly jump: number; readonly error: CallError } | undefined;
  for (const error of ended) {
    const { inputs, output } = error;
    if (!exceeds(output, tolerance)) continue;
    const jump = jumpOf(inputs, output);
    if (jump > CERTAIN) {
      if (exceeds(inputs, CERTAIN)) return { ...between(plan, errors, error), at: error };
      const why = `${nameOf(error)} differs: ${sentence(output)}`;
      return { verdict: 'FAIL', why: [why], place: { first: differenceOf(error) }, at: error };
    }
    if (jump > (largest?.jump ?? 0)) largest = { jump, error };
  }
  const last = ended.at(-1)?.output;
  if (largest !== undefined && (largest.jump > POSSIBLE || exceeds(last, CERTAIN * tolerance))) {
    const grows = `the error grows ${largest.jump.toPrecision(2)} times at ${nameOf(largest.error)}`;
    return { verdict: 'INCONCLUSIVE', why: [`${grows}: two recordings cannot tell a fault from rounding. ${advice}`] };
  }
  return passing(errors, Math.max(tolerance, CERTAIN));
}

/** How many times the output's error is the larger of the inputs' error and the tolerance, all relative. */
function jumpOf(inputs: TensorError | undefined, output: TensorError): number {
  if (!Number.isFinite(output.ratio)) return exceeds(inputs, CERTAIN) && !Number.isFinite(inputs.ratio) ? 1 : Infinity;
  const tolerance = output.relative / output.ratio;
  return output.relative / Math.max(inputs?.relative ?? 0, tolerance);
}
