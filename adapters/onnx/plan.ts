/** @file What a run has to do for the hooks that are registered when it starts. */
import { intercept, type Listeners, listenersOf } from '../../src/adapter.ts';
import type { ValueNames } from './declare.ts';
import type { OnnxHookPoint } from './hook-point.ts';
import type { Call } from './module-calls.ts';
import type { OnnxTensor } from './ort.ts';

/** A call, in each run, of a hook point with hooks. */
class HookedCall<T extends OnnxTensor> {
  readonly point: OnnxHookPoint<T>;
  readonly call: Call;
  readonly #listeners: Listeners;
  readonly #names: ValueNames;

  constructor(point: OnnxHookPoint<T>, call: Call, names: ValueNames) {
    this.point = point;
    this.call = call;
    this.#listeners = listenersOf(point);
    this.#names = names;
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
    const read = (name: string) => values.get(name) ?? values.get(this.#names.output(name));
    const { inputs, outputs } = this.call;
    const given = inputs.map(read);
    const output = outputs.length === 1 ? read(outputs[0]!) : outputs.map(read);
    if (this.#listeners.mayReplace) return this.#intercept(number, given, output, values);
    this.#listeners.after(number, given, output);
    return undefined;
  }

  async #intercept(number: number, given: unknown[], output: unknown, values: Map<string, T>): Promise<void> {
    const result = await intercept(this.point, () => output, given, { call: number });
    if (result !== output) values.set(this.call.outputs[0]!, result as T);
  }
}

/** Immutable: a run keeps the plan that it started with. */
export class Plan<T extends OnnxTensor> {
  /** In the order of the graph. Of two calls that end at the same node, the inner one comes first. */
  readonly calls: readonly HookedCall<T>[];
  /** Values that the session has to give besides the model's outputs. */
  readonly declared: readonly string[];
  /** The outputs to fetch for the hooks, in the form that `session.run` takes. */
  readonly fetches: Readonly<Record<string, null>>;

  constructor(hooked: Iterable<readonly [OnnxHookPoint<T>, readonly Call[]]>, names: ValueNames) {
    const calls = [...hooked].flatMap(([point, all]) => all.map((call) => new HookedCall(point, call, names)));
    const depth = ({ point }: HookedCall<T>) => point.path.length;
    this.calls = calls.sort((a, b) => a.call.at - b.call.at || a.call.size - b.call.size || depth(b) - depth(a));
    const values = new Set(calls.flatMap(({ call }) => call.outputs.map((value) => names.source(value))));
    this.declared = [...values].filter((value) => !names.isKnown(value)).sort();
    const outputs = [...values].filter((value) => !names.isInput(value)).map((value) => names.output(value));
    this.fetches = Object.fromEntries(outputs.map((name) => [name, null]));
  }
}
