/** @file Where the first difference is, from the differences of all modules. */
import type { CallError } from './call-errors.ts';
import type { Comparison, Verdict } from './comparison.ts';
import { differenceOf, factor, nameOf, placeOf, quoted, sentence } from './difference.ts';
import { type Plan, passesOn } from './plan.ts';
import type { RecordedCall } from './recording.ts';
import type { TensorError } from './tensor-error.ts';

/** Two recordings alone: how many times the larger of the input's error and the tolerance is a difference, or may be one. */
const CERTAIN = 100;
const POSSIBLE = 5;

type Place = Pick<Comparison, 'first' | 'between' | 'inside'>;

export interface Finding {
  readonly verdict: Verdict;
  readonly why: readonly string[];
  readonly place?: Place;
  /** Where the difference is. */
  readonly at?: CallError;
}

const exceeds = (error: TensorError | undefined, most: number): error is TensorError =>
  error !== undefined && error.ratio > most;

interface Event {
  readonly at: number;
  readonly side: 'inputs' | 'output';
  readonly error: CallError;
}

/** The starts and ends of a's calls in their order. */
function eventsOf(errors: readonly CallError[]): Event[] {
  const events = errors.flatMap((error): Event[] => {
    const { start, end } = error.pair.a;
    const started: Event = { at: start, side: 'inputs', error };
    return end === null ? [started] : [started, { at: end, side: 'output', error }];
  });
  return events.sort((p, q) => p.at - q.at);
}

export interface FindingOptions {
  readonly mode: Comparison['mode'];
  /** A multiple of the local tolerance that is accepted. */
  readonly tolerance: number;
  /** How to find out more, where two recordings do not suffice. */
  readonly advice: string;
}

/**
 * The first difference. A module that ran with a's values has its own error: beyond the tolerance it is the fault. Elsewhere errors
 * pass from module to module, and only a jump tells something: in two recordings, and of values that nothing replaces, as those inside
 * a Loop of ONNX.
 */
export function findDifference(
  plan: Plan,
  errors: readonly CallError[],
  { mode, tolerance, advice }: FindingOptions,
): Finding {
  const isFree = mode === 'free';
  const root = errors.find(({ pair }) => pair.a.path === '' && pair.a.parent === null);
  if (exceeds(root?.inputs, isFree ? 1 : tolerance)) {
    const [verdict, what] = isFree
      ? (['INCONCLUSIVE', 'the two runs had other inputs'] as const)
      : (['FAIL', "the model's inputs differ"] as const);
    return { verdict, why: [`${what}: ${sentence(root.inputs)}`], at: root };
  }
  /** The largest error of what has ended inside each call: what the code there gives is made of that. */
  const inside = new Map<RecordedCall | undefined, number>();
  const misled = new Set<CallError>();
  let largest: { readonly jump: number; readonly at: string } | undefined;
  for (const { side, error } of eventsOf(errors)) {
    const { inputs, output, pair, locked, inLoop } = error;
    const parent = pair.a.parent === null ? undefined : plan.a.calls[pair.a.parent];
    const around = inside.get(parent) ?? 0;
    if (side === 'inputs') {
      inside.set(pair.a, inputs?.relative ?? around);
      if (!exceeds(inputs, tolerance) || (isFree && parent === undefined)) continue;
      const jump = locked ? Infinity : jumpOf(around, inputs);
      if (jump > CERTAIN) return { ...between(plan, errors, error), at: error };
      misled.add(error);
      if (jump > (largest?.jump ?? 0)) largest = { jump, at: `the input of ${nameOf(error)}` };
    } else if (output !== undefined) {
      const own = inside.get(pair.a) ?? around;
      const isLoop = inLoop || LOOP.test(pair.a.kind);
      // The nodes in the body of a loop may have paths beside it.
      const before = isLoop ? Math.max(own, around) : own;
      inside.set(parent, Math.max(around, output.relative));
      if (!exceeds(output, tolerance)) continue;
      const isOwn = !isFree && !isLoop && (locked || (inputs !== undefined && !misled.has(error)));
      const jump = isOwn ? Infinity : jumpOf(before, output);
      if (jump > CERTAIN) {
        const why = [`${nameOf(error)} differs: ${sentence(output)}`, ...otherNumbers(plan, error)];
        return { verdict: 'FAIL', why, place: { first: differenceOf(error) }, at: error };
      }
      if (jump > (largest?.jump ?? 0)) largest = { jump, at: nameOf(error) };
    }
  }
  const end = isFree ? root?.output?.ratio : Math.max(0, ...errors.map(({ output }) => output?.ratio ?? 0));
  if (largest !== undefined && (largest.jump > POSSIBLE || (end ?? 0) > CERTAIN * tolerance)) {
    const grows = `the error grows ${factor(largest.jump, 2)} times at ${largest.at}`;
    const why = isFree
      ? `${grows}: two recordings cannot tell a fault from rounding. ${advice}`
      : `${grows}, and to ${factor(end!, 3)} times the tolerance: nothing replaces values there, as inside a loop, so it may be rounding`;
    return { verdict: 'INCONCLUSIVE', why: [why] };
  }
  if (isFree) return passing(errors, 'in a free run they grow from module to module');
  return passing(
    errors,
    largest === undefined
      ? `option "tolerance" is ${tolerance}`
      : 'they grow where nothing replaces values, as inside a loop',
  );
}

/** Nodes of ONNX whose body runs again and again. */
const LOOP = /^(Loop|Scan)$/;

/** @param accepted why differences beyond the tolerance are accepted */
function passing(errors: readonly CallError[], accepted: string): Finding {
  const all = errors.flatMap(({ output }) => output ?? []);
  if (all.length === 0) return { verdict: 'INCONCLUSIVE', why: ['no output was compared'] };
  const why: string[] = [];
  const excused = all.reduce((sum, error) => sum + error.excused, 0);
  if (excused > 0) {
    why.push(`${excused} differences were excused: comparisons at their threshold, or one step of a quantized value`);
  }
  const largest = Math.max(...all.map(({ ratio }) => ratio));
  if (largest > 1)
    why.push(`differences of up to ${factor(largest, 3)} times the local tolerance were accepted: ${accepted}`);
  return { verdict: why.length === 0 ? 'PASS' : 'PASS_WITH_TOLERANCE', why };
}

/** Which modules directly inside a call a and b call a different number of times. */
function otherNumbers({ a, b, alignment }: Plan, { pair }: CallError): string[] {
  const numbers = ({ calls }: Plan['a'], index: number) => {
    const found = new Map<string, number>();
    for (const { path, parent } of calls) if (parent === index) found.set(path, (found.get(path) ?? 0) + 1);
    return found;
  };
  const [inA, inB] = [numbers(a, a.calls.indexOf(pair.a)), numbers(b, pair.index)];
  const paths = new Map([...alignment.pairs].map(([i, j]) => [a.calls[i]!.path, b.calls[j]!.path]));
  return [...inA].flatMap(([path, count]) => {
    const other = inB.get(paths.get(path) ?? '') ?? count;
    return other === count ? [] : `a calls ${quoted(path)} ${count} times there, b ${other} times`;
  });
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

/** How many times an error is the larger of the error before it and the tolerance, all relative. */
function jumpOf(before: number, { relative, ratio }: TensorError): number {
  if (!Number.isFinite(ratio)) return Number.isFinite(before) ? Infinity : 1;
  return relative / Math.max(before, relative / ratio);
}
