/** @file The steps of a run, in order: calls and their pre-hooks, bodies, and the choices of branches. */
import { BodyCalls } from './body-calls.ts';
import type { BodyOutputs } from './body-outputs.ts';
import type { BranchChoice } from './branch-choice.ts';
import { aroundOf, type Region } from './graph.ts';
import type { OnnxTensor } from './ort.ts';
import { PlannedCall, type Step } from './planned-call.ts';
import type { RegionNames } from './region-names.ts';

/** Groups calls by the bodies that they are in. @param calls in order */
export function stepsOf<T extends OnnxTensor>(
  calls: readonly PlannedCall<T>[],
  names: RegionNames,
  outputs: BodyOutputs,
  depth = 0,
): Step<T>[] {
  const steps: Step<T>[] = [];
  for (let i = 0; i < calls.length; ) {
    const body = bodyAt(calls[i]!, depth);
    if (body === undefined) {
      steps.push(calls[i++]!);
      continue;
    }
    let end = i;
    while (end < calls.length && bodyAt(calls[end]!, depth) === body) end++;
    const inner = stepsOf(calls.slice(i, end), names, outputs, depth + 1);
    const { region, node } = body.around!;
    const mark = node.op === 'If' ? names.need(region, node.inputs[0]!) : outputs.addConstant(body);
    steps.push(new BodyCalls(body, inner, mark, outputs.inside(body.id)));
    i = end;
  }
  return steps;
}

/** The body that a call is in, at a depth below the main graph. */
const bodyAt = <T extends OnnxTensor>({ region }: PlannedCall<T>, depth: number): Region | undefined =>
  [region, ...aroundOf(region).map((around) => around.region)].reverse()[depth + 1];

/** Pre-hooks come before all that ends in their call, those of outer modules first. @param steps in order */
export function stepsInOrder<T extends OnnxTensor>(
  steps: readonly Step<T>[],
  choices: readonly BranchChoice<T>[],
): readonly Step<T>[] {
  const calls = steps.filter((step) => step instanceof PlannedCall);
  const before = calls.flatMap((call) => call.before ?? []).reverse();
  if (before.length === 0 && choices.length === 0) return steps;
  return [...before, ...choices, ...steps].sort((a, b) => a.at - b.at);
}
