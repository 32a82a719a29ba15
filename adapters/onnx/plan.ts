/** @file What a run has to do for the hooks that are registered when it starts. */
import { editsOf, intercept, type Listeners, listenersOf } from '../../src/adapter.ts';
import { BodyCalls, type Step } from './body-calls.ts';
import { BodyOutputs } from './body-outputs.ts';
import { CompiledGraph, type EditedCall, unusedPrefix } from './compile.ts';
import { ValueNames } from './declare.ts';
import { aroundOf, isSealed, type Region } from './graph.ts';
import type { HookPointInfo, OnnxHookPoint } from './hook-point.ts';
import { ModelPatch } from './model-patch.ts';
import type { Call } from './module-calls.ts';
import type { OnnxTensor } from './ort.ts';
import { RegionNames } from './region-names.ts';
import type { ValueTypes } from './value-types.ts';

/** A call, in each run, of a hook point with hooks. */
interface HookedCall<T extends OnnxTensor> extends EditedCall {
  readonly point: OnnxHookPoint<T>;
  readonly info: HookPointInfo;
  readonly hasHooks: boolean;
  readonly hasObservers: boolean;
}

/** Immutable: a run keeps the plan that it started with. */
export class Plan<T extends OnnxTensor> {
  /** In the order of the graph. Of two calls that end at the same node, the inner one comes first. */
  readonly calls: readonly PlannedCall<T>[];
  /** The same, with the calls inside an If, Loop or Scan as one step. */
  readonly steps: readonly Step<T>[];
  /** The graph with the edits in it, if there are any that it computes. */
  readonly compiled: CompiledGraph | undefined;
  readonly names: ValueNames;
  /** The outputs to fetch for the hooks, in the form that `session.run` takes. */
  readonly fetches: Readonly<Record<string, null>>;
  /** Of its session; '' for that of the model as it is. */
  readonly key: string;
  readonly #regions: readonly Region[];
  /** Values of the main graph that the session has to give besides the model's outputs. */
  readonly #declared: readonly string[];
  readonly #bodyOutputs: BodyOutputs;

  constructor(regions: readonly Region[], points: Iterable<readonly [OnnxHookPoint<T>, HookPointInfo]>) {
    this.#regions = regions;
    const hooked = [...points].flatMap(([point, info]) => {
      const listeners = editsOf(point);
      return info.calls.map((call): HookedCall<T> => ({ point, info, path: info.path, call, ...listeners }));
    });
    hooked.sort((a, b) => inOrder(a.call, b.call) || b.path.length - a.path.length);
    const edited = editedCalls(hooked);
    const { graph } = regions[0]!;
    const needsPrefix = edited.length > 0 || hooked.some(({ call }) => call.region.around !== undefined);
    const prefix = needsPrefix ? unusedPrefix(regions) : '';
    const compiled = edited.length === 0 ? undefined : new CompiledGraph(graph.opset, prefix, edited);
    const graphOf = (region: Region) => compiled?.graphOf(region) ?? region.graph;
    this.compiled = compiled;
    this.names = new ValueNames(graphOf(regions[0]!));
    this.#bodyOutputs = new BodyOutputs(prefix);
    const fetched = new Set<string>();
    const names = new RegionNames(this.names, this.#bodyOutputs, (value) => fetched.add(value), graphOf);
    this.calls = hooked.map((one) => new PlannedCall(one, names, compiled));
    // No value leaves a sealed region: calls there are edits alone, which are counted once for each run.
    const sealed = this.calls.filter(({ region }) => isSealed(region));
    const open = this.calls.filter(({ region }) => !isSealed(region));
    this.steps = [...stepsOf(open, names, this.#bodyOutputs), ...sealed];
    this.#declared = [...fetched].filter((value) => !this.names.isKnown(value)).sort();
    const outputs = [...fetched].filter((value) => !this.names.isInput(value)).map((value) => this.names.output(value));
    this.fetches = Object.fromEntries([...outputs, ...this.#bodyOutputs.names].map((name) => [name, null]));
    const isPlain = this.#declared.length === 0 && edited.length === 0 && this.#bodyOutputs.names.length === 0;
    this.key = isPlain ? '' : JSON.stringify([this.#declared, this.compiled?.key, this.#bodyOutputs.key]);
  }

  /** Values whose types have to be known before the model can be changed. */
  get typed(): readonly { readonly region: Region; readonly value: string }[] {
    return [...(this.compiled?.typed ?? []), ...this.#bodyOutputs.typed];
  }

  /** The changes that its session needs. @throws TypeError for an edit that a type does not take */
  patch(types: ValueTypes): ModelPatch {
    const patch = new ModelPatch(this.#regions);
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

/**
 * The calls that end at values whose edits the graph computes. Where a hook may replace a value after the run, the edits behind
 * it have to run after it, in JavaScript.
 */
function editedCalls<T extends OnnxTensor>(hooked: readonly HookedCall<T>[]): HookedCall<T>[][] {
  const byValue = new Map<string, HookedCall<T>[]>();
  for (const one of hooked) {
    const { region, outputs } = one.call;
    if (outputs.length > 1) continue;
    const key = `${region.id} ${outputs[0]}`;
    byValue.set(key, [...(byValue.get(key) ?? []), one]);
  }
  return [...byValue.values()].filter((ends) => {
    const mayReplace = ends.some(({ hasHooks, info }) => hasHooks && info.canReplace);
    return !mayReplace && ends.some(({ edits }) => edits.length > 0);
  });
}

class PlannedCall<T extends OnnxTensor> implements Step<T> {
  readonly point: OnnxHookPoint<T>;
  readonly region: Region;
  /** The names of its outputs in the session, as its hooks see them. */
  readonly outputs: readonly string[];
  /** Whether the hooks need the output. */
  readonly isFetched: boolean;
  /** Whether the graph computes its edits. */
  readonly isCompiled: boolean;
  /** Its outputs as the file names them, or those that are read instead. */
  readonly values: readonly string[];
  readonly #call: Call;
  readonly #listeners: Listeners;
  readonly #names: RegionNames;
  readonly #canReplace: boolean;
  readonly #hasHooks: boolean;

  constructor(
    { point, info, call, edits, hasHooks, hasObservers }: HookedCall<T>,
    names: RegionNames,
    compiled: CompiledGraph | undefined,
  ) {
    this.point = point;
    this.region = call.region;
    this.#names = names;
    this.#listeners = listenersOf(point);
    this.#hasHooks = hasHooks;
    this.#call = call;
    // Hooks beside edits get the value before them, and the edits run again in JavaScript, each at its place.
    const output = hasHooks ? compiled?.before(call) : compiled?.after(call);
    this.isCompiled = output !== undefined && edits.length > 0;
    const outputs = output === undefined ? call.outputs : [output];
    this.isFetched = hasHooks || hasObservers || !this.isCompiled;
    this.outputs = this.isFetched
      ? outputs.map((value, i) => names.need(call.region, value, call.outputs[i]))
      : outputs;
    this.values = call.outputs.map((value, i) => (value === outputs[i] ? names.source(call.region, value) : value));
    this.#canReplace = info.canReplace && output === undefined;
  }

  begin(): number {
    return this.#listeners.begin();
  }

  fire(number: number, values: Map<string, T>): Promise<void> | undefined {
    const listeners = this.#listeners;
    const isDone = this.isCompiled && !this.#hasHooks;
    if (isDone) listeners.countEdits();
    if (!this.isFetched) return undefined;
    const inputs = this.#call.inputs.map((value) => this.#names.read(this.region, value, values));
    const outputs = this.outputs.map((name) => values.get(name));
    const output = outputs.length === 1 ? outputs[0] : outputs;
    if (!isDone && listeners.mayReplace) return this.#intercept(number, inputs, output, values);
    listeners.notify(number, inputs, output);
    return undefined;
  }

  async #intercept(number: number, inputs: unknown[], output: unknown, values: Map<string, T>): Promise<void> {
    const result = await intercept(this.point, () => output, inputs, { call: number });
    if (result !== output && this.#canReplace) values.set(this.outputs[0]!, result as T);
  }
}
