/** @file What a run has to do for the hooks that are registered when it starts. */
import type { RegisteredEdit } from '../../src/adapter.ts';
import { BodyOutputs } from './body-outputs.ts';
import { BranchChoice } from './branch-choice.ts';
import { CompiledGraph, type EditValues } from './compile.ts';
import { aroundOf, type Graph, type GraphNode, isSealed, type Region } from './graph.ts';
import { GraphStatistics } from './graph-statistics.ts';
import type { OnnxHookPoint } from './hook-point.ts';
import { endsOf, type HookedCall, inOrder, readAfter } from './hooked-calls.ts';
import { ModelPatch } from './model-patch.ts';
import type { ModelVariant } from './model-variant.ts';
import type { Call } from './module-calls.ts';
import type { OnnxTensor } from './ort.ts';
import { PlannedCall, type Replacing, type Step } from './planned-call.ts';
import { RegionNames } from './region-names.ts';
import { stepsInOrder, stepsOf } from './steps.ts';
import { ValueNames } from './value-names.ts';
import type { ValueIn, ValueTypes } from './value-types.ts';
import { ValueVersions } from './value-versions.ts';

/** The plan of a run before the branch of an If was known. */
interface Undecided<T extends OnnxTensor> {
  readonly plan: Plan<T>;
  /** How many of its steps are done. */
  readonly done: number;
  /** The branch. */
  readonly body: Region;
}

/** Immutable: a run keeps the plan that it started with. */
export class Plan<T extends OnnxTensor> {
  readonly variant: ModelVariant;
  /** In the order of the graph. Of two calls that end at the same node, the inner one comes first. */
  readonly calls: readonly PlannedCall<T>[];
  /** Calls in branches of which a run has to know which one is taken. */
  readonly waiting: readonly HookedCall<T>[];
  /** The calls and their pre-hooks, with the calls inside an If, Loop or Scan as one step. */
  readonly steps: readonly Step<T>[];
  /** The graph with the edits in it, if there are any that it computes. */
  readonly compiled: CompiledGraph | undefined;
  readonly versions: ValueVersions;
  readonly names: ValueNames;
  /** The outputs to fetch for the hooks, in the form that `session.run` takes. */
  readonly fetches: Readonly<Record<string, null>>;
  /** Whether hooks replace values that the rest of the graph reads, so that it is computed in stages. */
  readonly isCut: boolean;
  /** What nodes read instead of their inputs, by the indices of the nodes in the variant. */
  readonly reads: ReadonlyMap<number, ReadonlyMap<string, string>>;
  /** Of its sessions; '' for that of the model as it is. */
  readonly key: string;
  /** Equal for the same changes inside If, Loop and Scan. */
  readonly bodiesKey: string;
  /** How many steps are done when it begins. */
  readonly done: number;
  /** The ids of the branches that it goes on with, each followed by a dot. */
  readonly branches: string;
  readonly #hooked: readonly HookedCall<T>[];
  readonly #undecided: Undecided<T> | undefined;
  readonly #chosen = new Map<Region, Plan<T>>();
  /** Values of the main graph that the session has to give besides the model's outputs. */
  readonly #declared: readonly string[];
  readonly #bodyOutputs: BodyOutputs;
  readonly #statistics: GraphStatistics | undefined;

  /** @param hooked from `hookedCalls`, by calls of the variant */
  constructor(variant: ModelVariant, hooked: readonly HookedCall<T>[], undecided?: Undecided<T>) {
    this.variant = variant;
    this.done = undecided?.done ?? 0;
    this.#hooked = hooked;
    this.#undecided = undecided;
    const { main } = variant;
    const undecidedIfs = undecidedIn(variant, hooked);
    const isWaiting = ({ call }: HookedCall<T>) => undecidedIfs.has(aroundOf(call.region).at(-1)?.node);
    this.waiting = hooked.filter(isWaiting);
    const all = inOrder(hooked.filter((one) => !isWaiting(one)));
    const ends = endsOf(all);
    const read = readAfter(all, ends);
    const isChanged = all.some(({ compiled, isCut, isCutBefore }) => compiled.length > 0 || isCut || isCutBefore);
    const hasStatistics = variant.isOnDevice && all.some(({ readsStatistics }) => readsStatistics);
    const needsPrefix = isChanged || hasStatistics || all.some(({ call }) => call.region.around !== undefined);
    const prefix = needsPrefix ? variant.prefix : '';
    const versions = new ValueVersions(prefix, ends);
    this.versions = versions;
    this.compiled = all.some(({ compiled }) => compiled.length > 0)
      ? new CompiledGraph(main.graph.opset, prefix, versions)
      : undefined;
    const { given, reads } = givenInputs(all, versions);
    this.reads = reads;
    const graphOf = (region: Region) => withVersions(region, versions, region === main ? reads : undefined);
    this.names = new ValueNames(graphOf(main));
    this.branches = undecided === undefined ? '' : `${undecided.plan.branches}${undecided.body.id}.`;
    this.#bodyOutputs = new BodyOutputs(`${prefix}.${this.branches}`);
    this.#statistics = hasStatistics ? new GraphStatistics(`${prefix}.${this.branches}`, main) : undefined;
    const fetched = new Set<string>();
    const names = new RegionNames(this.names, this.#bodyOutputs, (value) => fetched.add(value), graphOf);
    this.calls = all.map((one) => {
      const inputs = one.call.inputs.map((value) => given(one.call, value));
      return new PlannedCall(one, names, versions, inputs, read.has(one.call), this.#statistics);
    });
    const choices = [...undecidedIfs.values()].map((bodies) => {
      const { node } = bodies[0]!.around!;
      const value = reads.get(node.index)?.get(node.inputs[0]!) ?? node.inputs[0]!;
      return new BranchChoice<T>(bodies, this.names.source(value));
    });
    // No value leaves a sealed region: calls there are edits alone, which are counted once for each run.
    const sealed = this.calls.filter(({ region }) => isSealed(region));
    const open = this.calls.filter(({ region }) => !isSealed(region));
    const steps = [...stepsInOrder(stepsOf(open, names, this.#bodyOutputs), choices), ...sealed];
    this.steps = undecided === undefined ? steps : undecided.plan.#goingOn(steps, undecided.done);
    this.#declared = [...fetched].filter((value) => !this.names.isKnown(value)).sort();
    const outputs = [...fetched].filter((value) => !this.names.isInput(value)).map((value) => this.names.output(value));
    const added = [...this.#bodyOutputs.names, ...(this.#statistics?.names ?? [])];
    this.fetches = Object.fromEntries([...outputs, ...added].map((name) => [name, null]));
    this.isCut = this.steps.some(({ after }) => after !== undefined);
    const isPlain = this.#declared.length === 0 && !isChanged && added.length === 0 && !this.isCut;
    const stages = this.isCut ? this.steps.map(({ needs, after }) => [needs, after]) : undefined;
    const { compiled } = this;
    const from = undecided && [undecided.plan.key, this.branches];
    this.key = isPlain
      ? ''
      : JSON.stringify([from, this.#declared, compiled?.key, this.#bodyOutputs.key, stages, this.#statistics?.key]);
    this.bodiesKey = JSON.stringify([compiled?.bodiesKey, this.#bodyOutputs.key]);
  }

  /** Whether nothing is registered. */
  get isEmpty(): boolean {
    return this.#hooked.length === 0;
  }

  /** The values of all edits that a graph computes, as they are now. */
  get editValues(): EditValues {
    const values = new Map<RegisteredEdit, RegisteredEdit['operands']>();
    for (const { compiled } of this.#hooked) for (const edit of compiled) values.set(edit, edit.operands);
    return values;
  }

  /** The hook points with registrations. */
  get points(): ReadonlySet<OnnxHookPoint<T>> {
    return new Set(this.#hooked.map(({ point }) => point));
  }

  /** The plan for the same hooks, with a cut wherever a hook point replaces its inputs, or outputs. */
  cutAt({ point, kind }: Replacing<T>): Plan<T> {
    const cut = kind === 'inputs' ? { isCutBefore: true } : { isCut: true };
    const hooked = this.#hooked.map((one) => (one.point === point ? { ...one, ...cut } : one));
    return new Plan(this.variant, hooked, this.#undecided);
  }

  /** The plan for the rest of a run that takes a branch. @param done how many steps are done, with that of the choice */
  chosen(body: Region, done: number): Plan<T> {
    let plan = this.#chosen.get(body);
    if (plan === undefined) {
      const variant = this.variant.with(body);
      const hooked = this.#hooked.flatMap((one) => {
        const call = variant.callOf(one.call);
        return call === undefined ? [] : [{ ...one, call }];
      });
      plan = new Plan(variant, hooked, { plan: this, done, body });
      this.#chosen.set(body, plan);
    }
    return plan;
  }

  /** This plan and those that runs have gone on with. */
  *andChosen(): Generator<Plan<T>> {
    yield this;
    for (const plan of this.#chosen.values()) yield* plan.andChosen();
  }

  /** The numbers of the calls of its steps. @param before those of the plan before the branch was known */
  numbersFrom(before: readonly number[]): number[] {
    const { steps } = this.#undecided!.plan;
    const numbers = new Map(steps.map(({ id }, i) => [id, before[i]!]));
    return this.steps.map((step) => numbers.get(step.id) ?? step.begin());
  }

  /** The steps of this plan that are done, and those that another plan has besides. */
  #goingOn(steps: readonly Step<T>[], done: number): Step<T>[] {
    const before = this.steps.slice(0, done);
    const ids = new Set(before.map(({ id }) => id));
    return [...before, ...steps.filter(({ id }) => !ids.has(id))];
  }

  /** Values whose types have to be known before the model can be changed. */
  get typed(): readonly ValueIn[] {
    return [...(this.compiled?.typed ?? []), ...this.#bodyOutputs.typed, ...(this.#statistics?.typed ?? [])];
  }

  /** The error of a run, with the registrations that it may come from. */
  explained(cause: Error): Error {
    const isStacked = ({ region, needs }: PlannedCall<T>) =>
      needs.length > 0 && aroundOf(region).some(({ node }) => node.op !== 'If');
    const stacked = /shape in loop output/.test(cause.message) ? this.calls.filter(isStacked) : [];
    if (stacked.length === 0) return this.compiled?.explained(cause) ?? cause;
    const paths = [...new Set(stacked.map(({ point }) => point.path))].join(', ');
    return new Error(
      `the run failed: a value that is observed in a Loop has another shape in each iteration\n  observed: ${paths}\n  ${cause.message}`,
      { cause },
    );
  }

  /** The changes that its session needs. @throws TypeError for an edit that a type does not take */
  patch(types: ValueTypes): ModelPatch {
    const patch = new ModelPatch(this.variant.regions);
    for (const region of this.variant.regions) {
      for (const [value, name] of this.versions.renamed(region) ?? []) patch.of(region).renamed.set(value, name);
    }
    patch.main.fields.push(...this.names.outputFields(this.#declared));
    this.compiled?.write(patch, types);
    this.#bodyOutputs.write(patch, types);
    this.#statistics?.write(patch, types);
    return patch;
  }
}

/** The Ifs of the main graph of which a run has to take a branch, with their branches: functions are in them, or they never change. */
function undecidedIn<T extends OnnxTensor>(
  variant: ModelVariant,
  hooked: readonly HookedCall<T>[],
): Map<GraphNode | undefined, Region[]> {
  const found = new Map<GraphNode | undefined, Region[]>();
  for (const { runsHooks, call } of hooked) {
    const { node } = aroundOf(call.region).at(-1) ?? {};
    if (node?.op !== 'If' || found.has(node) || !(runsHooks || variant.isFixed(call.region))) continue;
    found.set(
      node,
      variant.regions.filter(({ around }) => around?.node === node),
    );
  }
  return found;
}

/** What pre-hooks give for inputs: `given` for a call, `reads` for the nodes. */
function givenInputs<T extends OnnxTensor>(
  hooked: readonly HookedCall<T>[],
  versions: ValueVersions,
): { given(call: Call, value: string): string; reads: Map<number, Map<string, string>> } {
  // Inner calls read what outer ones are given.
  const outerFirst = hooked.filter(({ isCutBefore }) => isCutBefore).sort((a, b) => b.call.size - a.call.size);
  const reads = new Map<number, Map<string, string>>();
  for (const { id, call } of outerFirst) {
    for (const at of call.nodes) {
      const { index } = call.region.graph.nodes[at]!;
      const read = reads.get(index) ?? new Map<string, string>();
      reads.set(index, read);
      for (const value of call.inputs) read.set(value, versions.input(id, value));
    }
  }
  const given = (call: Call, value: string) => {
    const around = outerFirst.filter(
      (outer) =>
        outer.call !== call &&
        call.region.around === undefined &&
        outer.call.size > call.size &&
        outer.call.nodes.has(call.at) &&
        outer.call.inputs.includes(value),
    );
    const innermost = around.at(-1);
    return innermost === undefined ? value : versions.input(innermost.id, value);
  };
  return { given, reads };
}

/** A graph with the names of versions, without the nodes of edits. */
function withVersions(
  region: Region,
  versions: ValueVersions,
  reads: ReadonlyMap<number, ReadonlyMap<string, string>> = new Map(),
): Graph {
  const { graph } = region;
  const renamed = versions.renamed(region);
  if (renamed === undefined && reads.size === 0) return graph;
  const nodes = graph.nodes.map((node) => {
    const given = reads.get(node.index);
    return {
      ...node,
      inputs: given === undefined ? node.inputs : node.inputs.map((value) => given.get(value) ?? value),
      outputs: renamed === undefined ? node.outputs : node.outputs.map((value) => renamed.get(value) ?? value),
    };
  });
  return { ...graph, nodes };
}
