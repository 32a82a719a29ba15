/** @file What a run has to do for the hooks that are registered when it starts. */
import { editsOf } from '../../src/adapter.ts';
import { BodyCalls } from './body-calls.ts';
import { BodyOutputs } from './body-outputs.ts';
import { CompiledGraph, unusedPrefix } from './compile.ts';
import { ValueNames } from './declare.ts';
import { aroundOf, type Graph, hasRandomNodes, isSealed, type Region } from './graph.ts';
import type { HookPointInfo, OnnxHookPoint } from './hook-point.ts';
import { ModelPatch } from './model-patch.ts';
import type { Call } from './module-calls.ts';
import type { OnnxTensor } from './ort.ts';
import { type HookedCall, PlannedCall, type Replacing, type Step } from './planned-call.ts';
import { RegionNames } from './region-names.ts';
import type { ValueTypes } from './value-types.ts';
import { type Ends, ValueVersions } from './value-versions.ts';

/** The hook points where hooks have replaced something in earlier runs, with the number of runs that had to be computed again. */
export interface Replaced {
  readonly inputs: Map<object, number>;
  readonly outputs: Map<object, number>;
}

/** Immutable: a run keeps the plan that it started with. */
export class Plan<T extends OnnxTensor> {
  /** In the order of the graph. Of two calls that end at the same node, the inner one comes first. */
  readonly calls: readonly PlannedCall<T>[];
  /** The same and their pre-hooks, with the calls inside an If, Loop or Scan as one step. */
  readonly steps: readonly Step<T>[];
  /** The graph with the edits in it, if there are any that it computes. */
  readonly compiled: CompiledGraph | undefined;
  readonly versions: ValueVersions;
  readonly names: ValueNames;
  /** The outputs to fetch for the hooks, in the form that `session.run` takes. */
  readonly fetches: Readonly<Record<string, null>>;
  /** Whether hooks replace values that the rest of the graph reads, so that it is computed in stages. */
  readonly isCut: boolean;
  /** What nodes read instead of their inputs, by the indices of the nodes in the file. */
  readonly reads: ReadonlyMap<number, ReadonlyMap<string, string>>;
  /** Of its sessions; '' for that of the model as it is. */
  readonly key: string;
  readonly #regions: readonly Region[];
  readonly #hooked: readonly HookedCall<T>[];
  /** Values of the main graph that the session has to give besides the model's outputs. */
  readonly #declared: readonly string[];
  readonly #bodyOutputs: BodyOutputs;

  /** @param hooked in order, from `hookedCalls` */
  constructor(regions: readonly Region[], hooked: readonly HookedCall<T>[]) {
    this.#regions = regions;
    this.#hooked = hooked;
    const main = regions[0]!;
    const ends = endsOf(hooked);
    const read = readBehind(hooked, ends);
    const isChanged = hooked.some(({ compiled, isCut, isCutBefore }) => compiled.length > 0 || isCut || isCutBefore);
    const needsPrefix = isChanged || hooked.some(({ call }) => call.region.around !== undefined);
    const prefix = needsPrefix ? unusedPrefix(regions) : '';
    const versions = new ValueVersions(prefix, ends);
    this.versions = versions;
    this.compiled = hooked.some(({ compiled }) => compiled.length > 0)
      ? new CompiledGraph(main.graph.opset, prefix, versions)
      : undefined;
    const { given, reads } = givenInputs(hooked, versions);
    this.reads = reads;
    const graphOf = (region: Region) => withVersions(region, versions, region === main ? reads : undefined);
    this.names = new ValueNames(graphOf(main));
    this.#bodyOutputs = new BodyOutputs(prefix);
    const fetched = new Set<string>();
    const names = new RegionNames(this.names, this.#bodyOutputs, (value) => fetched.add(value), graphOf);
    this.calls = hooked.map((one) => {
      const inputs = one.call.inputs.map((value) => given(one.call, value));
      return new PlannedCall(one, names, versions, inputs, read.has(one.call));
    });
    // No value leaves a sealed region: calls there are edits alone, which are counted once for each run.
    const sealed = this.calls.filter(({ region }) => isSealed(region));
    const open = this.calls.filter(({ region }) => !isSealed(region));
    this.steps = [...withPreHooks(stepsOf(open, names, this.#bodyOutputs)), ...sealed];
    this.#declared = [...fetched].filter((value) => !this.names.isKnown(value)).sort();
    const outputs = [...fetched].filter((value) => !this.names.isInput(value)).map((value) => this.names.output(value));
    this.fetches = Object.fromEntries([...outputs, ...this.#bodyOutputs.names].map((name) => [name, null]));
    this.isCut = this.steps.some(({ replaces }) => replaces?.after !== undefined);
    const isPlain = this.#declared.length === 0 && !isChanged && this.#bodyOutputs.names.length === 0;
    const stages = this.isCut ? this.steps.map(({ needs, replaces }) => [needs, replaces?.after]) : undefined;
    const { compiled } = this;
    this.key = isPlain ? '' : JSON.stringify([this.#declared, compiled?.key, this.#bodyOutputs.key, stages]);
  }

  /** The plan for the same hooks, with a cut wherever a hook point replaces its inputs, or outputs. */
  cutAt({ point, kind }: Replacing<T>): Plan<T> {
    const hooked = this.#hooked.map((one, i) => {
      if (one.point !== point) return one;
      if (kind === 'inputs') return { ...one, isCutBefore: true };
      return this.calls[i]!.replaces.isRead ? { ...one, isCut: true, compiled: [] } : one;
    });
    return new Plan(this.#regions, hooked);
  }

  /** Values whose types have to be known before the model can be changed. */
  get typed(): readonly { readonly region: Region; readonly value: string }[] {
    return [...(this.compiled?.typed ?? []), ...this.#bodyOutputs.typed];
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
    const patch = new ModelPatch(this.#regions);
    for (const region of this.#regions) {
      for (const [value, name] of this.versions.renamed(region) ?? []) patch.of(region).renamed.set(value, name);
    }
    patch.main.fields.push(...this.names.outputFields(this.#declared));
    this.compiled?.write(patch, types);
    this.#bodyOutputs.write(patch, types);
    return patch;
  }
}

/** The order in which two calls end. What is inside a node comes before the node. */
function inOrder(a: Call, b: Call): number {
  const [from, to] = [placesOf(a), placesOf(b)];
  const depth = from.findIndex((place, i) => place !== to[i]);
  if (depth === -1) return from.length === to.length ? a.size - b.size : to.length - from.length;
  return depth < to.length ? from[depth]! - to[depth]! : -1;
}

/** The indices of the nodes around a call, and of its own, outermost first; bodies of a node come one after another. */
function placesOf({ region, at }: Call): number[] {
  const places = [at];
  for (let { around, id } = region; around !== undefined; { around, id } = around.region) places.unshift(around.at, id);
  return places;
}

/** Groups calls by the bodies that they are in. @param calls in order */
function stepsOf<T extends OnnxTensor>(
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
function withPreHooks<T extends OnnxTensor>(steps: readonly Step<T>[]): Step<T>[] {
  const calls = steps.filter((step) => step instanceof PlannedCall);
  const before = calls.flatMap((call) => call.before ?? []).reverse();
  if (before.length === 0) return [...steps];
  const positionOf = (step: Step<T>) =>
    step instanceof BodyCalls ? step.at : step instanceof PlannedCall ? step.replaces.at : step.replaces!.first - 0.5;
  return [...before, ...steps].sort((a, b) => positionOf(a) - positionOf(b));
}

/** The registrations on hook points, by calls, in the order in which the calls end. */
export function hookedCalls<T extends OnnxTensor>(
  { graph }: Region,
  points: Iterable<readonly [OnnxHookPoint<T>, HookPointInfo]>,
  replaced: Replaced,
): HookedCall<T>[] {
  // Computed twice, it would give something else.
  const isRandom = hasRandomNodes(graph);
  const hooked = [...points].flatMap(([point, info]) => {
    const { edits, hasPreHooks, hasOtherHooks, hasTransforms, hasObservers } = editsOf(point);
    const isScript = hasOtherHooks || hasPreHooks;
    const { path, noReplacement } = info;
    // Beside hooks, edits run in JavaScript. Until a hook replaces something, the graph gives what they give there.
    const isSure = isScript && (hasTransforms || (isRandom && (hasOtherHooks || edits.length > 0)));
    const isKnown = hasOtherHooks && replaced.outputs.has(point);
    const isKnownBefore = hasPreHooks && (isRandom || replaced.inputs.has(point));
    return info.calls.map(
      (call, i): HookedCall<T> => ({
        point,
        info,
        path,
        id: `${path}#${i}`,
        call,
        compiled: edits,
        hasPreHooks,
        hasHooks: isScript,
        hasObservers,
        isCut: (isSure || isKnown) && noReplacement === undefined,
        isCutBefore: isKnownBefore && call.inputs.length > 0,
      }),
    );
  });
  hooked.sort((a, b) => inOrder(a.call, b.call) || b.path.length - a.path.length);
  const read = readBehind(hooked, endsOf(hooked));
  return hooked.map((one) => {
    const isCut = one.isCut && read.has(one.call);
    const isInScript = one.hasHooks && (isCut || !read.has(one.call));
    return { ...one, isCut, compiled: isInScript ? [] : one.compiled };
  });
}

/** The calls that end at each value. */
function endsOf<T extends OnnxTensor>(hooked: readonly HookedCall<T>[]): Ends[] {
  const ends = new Map<string, { region: Region; value: string; calls: HookedCall<T>[] }>();
  for (const one of hooked) {
    const { region, outputs } = one.call;
    for (const value of outputs) {
      const key = `${region.id} ${value}`;
      const known = ends.get(key);
      if (known === undefined) ends.set(key, { region, value, calls: [one] });
      else known.calls.push(one);
    }
  }
  return [...ends.values()];
}

/** The calls of whose outputs something is computed: by the graph, or by edits of a module that ends there too. */
function readBehind<T extends OnnxTensor>(hooked: readonly HookedCall<T>[], ends: readonly Ends[]): Set<Call> {
  const read = new Set(hooked.flatMap(({ call }) => (call.isRead ? call : [])));
  for (const { calls } of ends) {
    const last = calls.findLastIndex(({ compiled }) => compiled.length > 0);
    for (const { call } of calls.slice(0, Math.max(0, last))) read.add(call);
  }
  return read;
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
