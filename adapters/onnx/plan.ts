/** @file What a run has to do for the hooks that are registered when it starts. */
import { editsOf, intercept, type Listeners, listenersOf } from '../../src/adapter.ts';
import { CompiledGraph, type EditedCall } from './compile.ts';
import { ValueNames } from './declare.ts';
import type { Graph } from './graph.ts';
import type { HookPointInfo, OnnxHookPoint } from './hook-point.ts';
import type { Call } from './module-calls.ts';
import type { OnnxTensor } from './ort.ts';

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
  /** The graph with the edits in it, if there are any that it computes. */
  readonly compiled: CompiledGraph | undefined;
  readonly names: ValueNames;
  /** Values that the session has to give besides the model's outputs. */
  readonly declared: readonly string[];
  /** The outputs to fetch for the hooks, in the form that `session.run` takes. */
  readonly fetches: Readonly<Record<string, null>>;
  /** Of its session; '' for that of the model as it is. */
  readonly key: string;

  constructor(graph: Graph, points: Iterable<readonly [OnnxHookPoint<T>, HookPointInfo]>) {
    const hooked = [...points].flatMap(([point, info]) => {
      const listeners = editsOf(point);
      return info.calls.map((call): HookedCall<T> => ({ point, info, path: info.path, call, ...listeners }));
    });
    hooked.sort((a, b) => a.call.at - b.call.at || a.call.size - b.call.size || b.path.length - a.path.length);
    const edited = editedCalls(hooked);
    this.compiled = edited.size === 0 ? undefined : new CompiledGraph(graph, edited);
    this.names = new ValueNames(this.compiled?.graph ?? graph);
    this.calls = hooked.map((one) => new PlannedCall(one, this.names, this.compiled));
    const fetched = this.calls.filter(({ isFetched }) => isFetched).flatMap(({ outputs }) => outputs);
    const values = new Set(fetched.map((value) => this.names.source(value)));
    this.declared = [...values].filter((value) => !this.names.isKnown(value)).sort();
    const outputs = [...values].filter((value) => !this.names.isInput(value)).map((value) => this.names.output(value));
    this.fetches = Object.fromEntries(outputs.map((name) => [name, null]));
    this.key =
      this.declared.length === 0 && edited.size === 0 ? '' : JSON.stringify([this.declared, this.compiled?.key]);
  }
}

/**
 * The calls that end at values whose edits the graph computes. Where a hook may replace a value after the run, the edits behind
 * it have to run after it, in JavaScript.
 */
function editedCalls<T extends OnnxTensor>(hooked: readonly HookedCall<T>[]): Map<string, HookedCall<T>[]> {
  const byValue = new Map<string, HookedCall<T>[]>();
  for (const one of hooked) {
    if (one.call.outputs.length > 1) continue;
    const [value] = one.call.outputs as [string];
    byValue.set(value, [...(byValue.get(value) ?? []), one]);
  }
  for (const [value, ends] of byValue) {
    const mayReplace = ends.some(({ hasHooks, info }) => hasHooks && info.canReplace);
    if (mayReplace || ends.every(({ edits }) => edits.length === 0)) byValue.delete(value);
  }
  return byValue;
}

class PlannedCall<T extends OnnxTensor> {
  readonly point: OnnxHookPoint<T>;
  /** The names of its outputs in the session, as its hooks see them. */
  readonly outputs: readonly string[];
  /** Whether the hooks need the output. */
  readonly isFetched: boolean;
  /** Whether the graph computes its edits. */
  readonly isCompiled: boolean;
  readonly #call: Call;
  readonly #listeners: Listeners;
  readonly #names: ValueNames;
  readonly #canReplace: boolean;
  readonly #hasHooks: boolean;

  constructor(
    { point, info, call, edits, hasHooks, hasObservers }: HookedCall<T>,
    names: ValueNames,
    compiled: CompiledGraph | undefined,
  ) {
    this.point = point;
    this.#names = names;
    this.#listeners = listenersOf(point);
    this.#hasHooks = hasHooks;
    this.#call = call;
    // Hooks beside edits get the value before them, and the edits run again in JavaScript, each at its place.
    const output = hasHooks ? compiled?.before(call) : compiled?.after(call);
    this.isCompiled = output !== undefined && edits.length > 0;
    this.outputs = output === undefined ? call.outputs : [output];
    this.isFetched = hasHooks || hasObservers || !this.isCompiled;
    this.#canReplace = info.canReplace && output === undefined;
  }

  /** The values that its hooks need, as the file names them. */
  get values(): readonly string[] {
    return this.#call.outputs.map((value, i) => (value === this.outputs[i] ? this.#names.source(value) : value));
  }

  /** Counts the call when the run starts. */
  begin(): number {
    return this.#listeners.begin();
  }

  /**
   * Runs the hooks.
   * @param values that are known after the run, by name; a replaced output is put there
   * @returns a promise if the hooks have to be awaited
   */
  fire(number: number, values: Map<string, T>): Promise<void> | undefined {
    const listeners = this.#listeners;
    const isDone = this.isCompiled && !this.#hasHooks;
    if (isDone) listeners.countEdits();
    if (!this.isFetched) return undefined;
    const read = (name: string) => values.get(name) ?? values.get(this.#names.output(name));
    const inputs = this.#call.inputs.map(read);
    const output = this.outputs.length === 1 ? read(this.outputs[0]!) : this.outputs.map(read);
    if (!isDone && listeners.mayReplace) return this.#intercept(number, inputs, output, values);
    listeners.notify(number, inputs, output);
    return undefined;
  }

  async #intercept(number: number, inputs: unknown[], output: unknown, values: Map<string, T>): Promise<void> {
    const result = await intercept(this.point, () => output, inputs, { call: number });
    if (result !== output && this.#canReplace) values.set(this.outputs[0]!, result as T);
  }
}
