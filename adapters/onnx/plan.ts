/** @file What the registrations of a moment ask of a run. */
import { intercept, type Listeners, listenersOf } from '../../src/adapter.ts';
import type { Call } from './calls.ts';
import type { OnnxTensor } from './framework.ts';
import type { Graph } from './graph.ts';
import { outputOf, sourcesOf } from './outputs.ts';
import type { OnnxPlace } from './place.ts';

/** Where the values of a graph are found, of those that are known after a run. */
export class ValueNames {
  readonly #graph: Graph;
  readonly #sourceOf: (value: string) => string;

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#sourceOf = sourcesOf(graph);
  }

  /** The value that has to be known for another. */
  source(value: string): string {
    return this.#sourceOf(value);
  }

  /** Whether a value is known in every run, without its being declared. */
  isThere(value: string): boolean {
    const source = this.source(value);
    return this.#graph.outputs.has(source) || this.#graph.inputs.has(source);
  }

  isInput(value: string): boolean {
    return this.#graph.inputs.has(this.source(value));
  }

  /** What the session calls it. */
  output(value: string): string {
    const source = this.source(value);
    return this.isThere(source) ? source : outputOf(this.#graph, source);
  }
}

/** A call of a place that is listened to. */
class HeardCall<T extends OnnxTensor> {
  readonly place: OnnxPlace<T>;
  readonly call: Call;
  readonly #listeners: Listeners;
  readonly #names: ValueNames;

  constructor(place: OnnxPlace<T>, call: Call, names: ValueNames) {
    this.place = place;
    this.call = call;
    this.#listeners = listenersOf(place);
    this.#names = names;
  }

  /** Counts it as the run starts. */
  begin(): number {
    return this.#listeners.begin();
  }

  /** Runs its hooks; a promise where they have to be waited for. */
  fire(number: number, known: Map<string, T>): Promise<void> | undefined {
    const value = (name: string) => known.get(name) ?? known.get(this.#names.output(name));
    const { inputs, outputs } = this.call;
    const given = inputs.map(value);
    const output = outputs.length === 1 ? value(outputs[0]!) : outputs.map(value);
    if (!this.#listeners.isObserveOnly) return this.#intercept(number, given, output, known);
    this.#listeners.after(number, given, output);
    return undefined;
  }

  async #intercept(number: number, given: unknown[], output: unknown, known: Map<string, T>): Promise<void> {
    const result = await intercept(this.place, () => output, given, undefined, number);
    if (result !== output) known.set(this.call.outputs[0]!, result as T);
  }
}

/** Never changed once it is made: a run keeps the one that it started with. */
export class Plan<T extends OnnxTensor> {
  /** In the order of computing; of two that end at the same node, the inner one first. */
  readonly calls: readonly HeardCall<T>[];
  /** The values that the model has to give besides its outputs. */
  readonly declared: readonly string[];
  /** What a session is asked for besides what the caller wants. */
  readonly fetches: Readonly<Record<string, null>>;

  constructor(heard: Iterable<readonly [OnnxPlace<T>, readonly Call[]]>, names: ValueNames) {
    const calls = [...heard].flatMap(([place, all]) => all.map((call) => new HeardCall(place, call, names)));
    const depth = ({ place }: HeardCall<T>) => place.path.length;
    this.calls = calls.sort((a, b) => a.call.at - b.call.at || a.call.size - b.call.size || depth(b) - depth(a));
    const values = new Set(calls.flatMap(({ call }) => call.outputs.map((value) => names.source(value))));
    this.declared = [...values].filter((value) => !names.isThere(value)).sort();
    const outputs = [...values].filter((value) => !names.isInput(value)).map((value) => names.output(value));
    this.fetches = Object.fromEntries(outputs.map((name) => [name, null]));
  }
}
