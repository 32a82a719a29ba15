/** @file What is compared with what: the pairs of calls, and what each tensor of b should be. */
import { type Alignment, align, type PathMap } from './align.ts';
import { Expectations, type Expected } from './expected.ts';
import { heldCalls, MUCH_CLOSER } from './held.ts';
import { familyOf } from './kinds.ts';
import { channelAxis, inverse, type Layout, layoutsOf, strideOf } from './layout.ts';
import { type RecordedCall, type Recording, type TensorPart, tensorParts } from './recording.ts';
import { isFloat, localTolerance, rmsOf, roundoff, type Tolerance } from './tolerance.ts';
import { numbersOf, sameShape } from './values.ts';

export interface PlannedPair {
  readonly a: RecordedCall;
  readonly b: RecordedCall;
  /** The index of b's call. */
  readonly index: number;
  /** For each tensor in b's inputs, in order. */
  readonly inputs: readonly (Expected | undefined)[];
  readonly output: readonly (Expected | undefined)[];
  /** Paths of a that b has not, because this call does their work too; or of b, if a's call does. */
  readonly holds: readonly string[];
}

export interface Plan {
  readonly a: Recording;
  readonly b: Recording;
  /** In the order in which a's calls start. */
  readonly pairs: readonly PlannedPair[];
  /** The calls of a in these pairs. */
  readonly paired: ReadonlySet<RecordedCall>;
  /** The path of b that does the work of a call of a that is in no pair, as far as the values tell. */
  readonly heldBy: ReadonlyMap<RecordedCall, string>;
  readonly alignment: Alignment;
  readonly expectations: Expectations;
}

export function planComparison(a: Recording, b: Recording, map?: PathMap): Plan {
  const alignment = align(a, b, map);
  const aligned = [...alignment.pairs].map(([i, j]) => [a.calls[i]!, b.calls[j]!] as const);
  const layouts = layoutsOf(aligned.flatMap(([p, q]) => [...zip(p.inputs, q.inputs), ...zip(p.output, q.output)]));
  const expectations = new Expectations(a, b, layouts, imagesOf(a, layouts), batchesOf(a, b));
  const held = heldCalls(a, b, alignment.pairs, expectations);
  const split = splitCalls(a, b, alignment.pairs, layouts);
  const pairs = [...alignment.pairs].flatMap(([i, j]): PlannedPair | [] => {
    const end = split.get(j);
    if (end === 'inside another') return [];
    const [other, index] = [b.calls[end ?? j]!, end ?? j];
    const [first, last] = [held.inputsOf.get(i) ?? i, held.outputOf.get(i) ?? i];
    return {
      a: a.calls[i]!,
      b: other,
      index,
      // Those of a call before it: they are compared where they are given.
      inputs: end !== undefined ? [] : expectations.of(tensorParts(a.calls[first]!.inputs), tensorParts(other.inputs)),
      output: expectations.ofOutput(tensorParts(a.calls[last]!.output), tensorParts(other.output)),
      holds: end !== undefined ? [b.calls[j]!.path] : (held.holds.get(i) ?? []),
    };
  });
  const paired = new Set(pairs.map((pair) => pair.a));
  return { a, b, pairs, paired, heldBy: held.heldBy, alignment, expectations };
}

/**
 * Where a call of a is a convolution with the normalization behind it, and b has both: for b's convolution the index of the
 * normalization, whose output is that of a. A node inside the convolution is covered by it.
 */
function splitCalls(
  a: Recording,
  b: Recording,
  pairs: ReadonlyMap<number, number>,
  layouts: ReadonlyMap<number, Layout>,
): Map<number, number | 'inside another'> {
  const back = new Map([...layouts].map(([rank, layout]) => [rank, inverse(layout)]));
  const expectations = new Expectations(b, a, back, imagesOf(b, back), undefined);
  const { outputOf } = heldCalls(b, a, new Map([...pairs].map(([i, j]) => [j, i])), expectations, MUCH_CLOSER);
  const taken = new Set<number>();
  const split = new Map<number, number | 'inside another'>();
  for (const [j, end] of outputOf) {
    split.set(j, taken.has(end) ? 'inside another' : end);
    taken.add(end);
  }
  return split;
}

/** The shapes of tensors that have channels in another place in b, by their names. */
function imagesOf({ calls }: Recording, layouts: ReadonlyMap<number, Layout>): Map<string, readonly number[]> {
  const images = new Map<string, readonly number[]>();
  for (const part of calls.flatMap(({ inputs, output }) => [...tensorParts(inputs), ...tensorParts(output)])) {
    if ((layouts.get(part.shape.length) ?? 'same') !== 'same') images.set(part.tensor, part.shape);
  }
  return images;
}

/** The tensors in the same places, if there are equally many. */
function zip(p: RecordedCall['inputs'], q: RecordedCall['inputs']): (readonly [TensorPart, TensorPart])[] {
  const [ofA, ofB] = [tensorParts(p), tensorParts(q)];
  return ofA.length === ofB.length ? ofA.map((part, i) => [part, ofB[i]!] as const) : [];
}

/** The sizes of the batches, if b's is larger than a's. */
function batchesOf(a: Recording, b: Recording): readonly [number, number] | undefined {
  const first = ({ calls }: Recording) => tensorParts(calls.find(({ path }) => path === '')?.inputs ?? [])[0]?.shape;
  const [ofA, ofB] = [first(a), first(b)];
  if (ofA === undefined || ofB === undefined || ofA.length !== ofB.length || ofA.length === 0) return undefined;
  return ofA[0]! < ofB[0]! && sameShape(ofA.slice(1), ofB.slice(1)) ? [ofA[0]!, ofB[0]!] : undefined;
}

/** Whether a call gives only tensors that it was given: a Dropout in evaluation, an Identity. */
export function passesOn({ inputs, output }: RecordedCall): boolean {
  const given = new Set(tensorParts(inputs).map(({ tensor }) => tensor));
  return tensorParts(output).every(({ tensor }) => given.has(tensor));
}

/** The tolerance of a tensor in the output of a call. */
export function toleranceOf(plan: Plan, pair: PlannedPair, expected: Expected, dtype: TensorPart['dtype']): Tolerance {
  const { a } = plan;
  const inputs = tensorParts(pair.a.inputs).filter((part) => isFloat(part.dtype));
  const own = tensorParts(pair.a.output)[0];
  const norms = a.parameters.get(pair.a.path);
  const rows = norms && pair.holds.length === 0 ? numbersOf(a.tensors.get(norms.rows)!) : undefined;
  const { layout } = expected;
  const { shape } = expected.part;
  const axis = channelAxis(pair.a.kind, layout, shape.length);
  const outputRms = rmsOf(expected.values);
  // What is folded into a call also scales its output.
  const ownRms =
    pair.holds.length === 0 || own === undefined ? outputRms : rmsOf(numbersOf(a.tensors.get(own.tensor)!));
  const dtypes = [...inputs.map((part) => part.dtype), ...tensorParts(pair.b.inputs).map((part) => part.dtype)];
  const tolerance = localTolerance({
    kind: familyOf(pair.a.kind) === 'unknown' ? pair.b.kind : pair.a.kind,
    u: roundoff([...dtypes, dtype, expected.part.dtype]),
    inputs: inputs.map((part) => ({
      shape: part.shape,
      values: numbersOf(a.tensors.get(part.tensor)!),
      statistics: part.statistics,
    })),
    outputShape: shape,
    outputRms,
    rows: rows?.length === shape[axis] ? rows : undefined,
    stride: strideOf(shape, axis, layout),
    length: norms?.length,
    axis,
    held: pair.holds.length,
    inside: uncomparedInside(plan, pair.a),
  });
  const gain = ownRms > 0 ? Math.max(1, outputRms / ownRms) : 1;
  return gain === 1
    ? tolerance
    : { ...tolerance, x: Float64Array.from(tolerance.x as ArrayLike<number>, (x) => x * gain) };
}

/** The calls inside a call that have no counterpart and compute something. */
function uncomparedInside({ a, paired }: Plan, call: RecordedCall): number {
  if (call.end === null || call.end === call.start + 1) return 0;
  return a.calls.filter(
    (one) => one.start > call.start && one.end !== null && one.end < call.end! && !paired.has(one) && !passesOn(one),
  ).length;
}
