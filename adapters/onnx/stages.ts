/** @file The stages of a run whose hooks replace values: what each computes, and what crosses from one to the next. */
import type { CutModel, Part } from './cut-model.ts';
import { BFLOAT16 } from './graph.ts';

/** What hooks need, in order. */
export interface Need {
  readonly needs: readonly string[];
  /** Names of values that the hooks put in the place of others. */
  readonly after: readonly string[] | undefined;
}

export interface Stage {
  readonly part: Part;
  /** The names of the values that it is fed, and of those that it gives. */
  readonly feeds: readonly string[];
  readonly fetches: readonly string[];
  /** Outputs of the model that nothing else needs. */
  readonly optional: ReadonlySet<string>;
  /** How many steps are done when its hooks have run. */
  readonly end: number;
}

/** What is done before a model is computed. */
export interface Start {
  readonly steps: number;
  /** The names of the values that are known, besides the inputs of the model. */
  readonly known: readonly string[];
}

/**
 * Cuts a model after each step that replaces values. A stage computes what its hooks need; so the rest has few values to
 * wait for. A value that cannot cross is computed again.
 * @param inputs of the model
 * @param outputs of the model
 * @param typeOf a TensorProto.DataType; 'no tensor', or 0 if it is not known
 * @returns the stages, of which the first computes nothing if something is done
 */
export function stagesOf(
  model: CutModel,
  steps: readonly Need[],
  inputs: Iterable<string>,
  outputs: readonly string[],
  typeOf: (value: string) => number | 'no tensor',
  start: Start,
): Stage[] {
  const known = new Set([...inputs, ...start.known]);
  const put = new Set(steps.flatMap(({ after }) => after ?? []));
  const { nodes } = model.graph;
  const canCross = (value: string) => {
    const { op, domain } = nodes[model.producer(value)!]!;
    // A Dropout in training mode starts to drop if its output is fetched.
    const isDropout = op === 'Dropout' && domain === '';
    const type = typeOf(value);
    return !isDropout && !model.constants.has(value) && type !== BFLOAT16 && type !== 'no tensor';
  };
  const stages: Stage[] = [];
  if (start.steps > 0) {
    const part = { nodes: new Set<number>(), feeds: new Set<string>() };
    stages.push({ part, feeds: [], fetches: start.known, optional: new Set(), end: start.steps });
  }
  for (let from = start.steps; ; ) {
    const cut = steps.findIndex(({ after }, i) => i >= from && after !== undefined);
    const end = cut === -1 ? steps.length : cut + 1;
    const needed = new Set(steps.slice(from, end).flatMap(({ needs }) => needs));
    const optional = new Set(cut === -1 ? outputs.filter((output) => !needed.has(output)) : []);
    for (const output of optional) needed.add(output);
    const isKnown = (value: string) => known.has(value);
    const fetches = new Set([...needed].filter((value) => !isKnown(value) && !put.has(value)));
    const part = model.part(fetches, (value) => isKnown(value) || put.has(value));
    if (cut !== -1) {
      const later = [...steps.slice(end).flatMap(({ needs }) => needs), ...outputs];
      const isHere = (value: string) =>
        fetches.has(value) || (part.nodes.has(model.producer(value)!) && canCross(value));
      const rest = model.part(later, (value) => isKnown(value) || put.has(value) || isHere(value));
      for (const value of rest.feeds)
        if (!isKnown(value) && !put.has(value) && model.producer(value) !== undefined) fetches.add(value);
    }
    stages.push({ part, feeds: [...part.feeds], fetches: [...fetches], optional, end });
    if (cut === -1) return stages;
    for (const value of fetches) known.add(value);
    for (const value of steps[cut]!.after!) known.add(value);
    from = end;
  }
}
