/** @file What happens for the hooks of one call in a run, step by step. */
import { intercept, type Listeners, listenersOf, summaryReader } from '../../src/adapter.ts';
import { elementTypeOf, type Region } from './graph.ts';
import { type GraphStatistics, summaryOf } from './graph-statistics.ts';
import type { OnnxHookPoint } from './hook-point.ts';
import type { CallHook, HookedCall } from './hooked-calls.ts';
import type { Call } from './module-calls.ts';
import type { OnnxTensor } from './ort.ts';
import type { RegionNames } from './region-names.ts';
import type { ValueVersions } from './value-versions.ts';

/** The values of a run, by the names that they have in its sessions. */
export type Values<T> = Map<string, T>;

/** What a hook may have changed: values in the order of `after` or `needs`. */
export type Changed<T> = readonly T[] | undefined;

/** One thing that happens for hooks in a run. */
export interface Step<T extends OnnxTensor> {
  /** Unique in a plan, and the same in all plans for the same hooks. */
  readonly id: string;
  /** Its place among the nodes of the main graph: their indices, or between two of them. */
  readonly at: number;
  /** Counts the call when the run starts. */
  begin(): number;
  /** The names of the values that have to be known. */
  readonly needs: readonly string[];
  /** If the run stops here: the names of the values that the graph goes on with instead of those of `replaces`. */
  readonly after: readonly string[] | undefined;
  /**
   * Runs the hooks.
   * @returns a promise if the hooks have to be awaited; new values if a hook has given any
   */
  fire(number: number, values: Values<T>, entered: Entered): Promise<Changed<T>> | undefined;
  /** Values that a hook may replace. */
  readonly replaces?: Replacing<T>;
  /** The branch that the run takes, where it has to know that before it goes on. */
  choose?(values: Values<T>): Promise<Region>;
  /** The run has failed here, or in a module that is still running. Runs the hooks with `alwaysCall`. */
  fail?(number: number, values: Values<T>, error: unknown): Promise<void>;
}

export interface Replacing<T extends OnnxTensor> {
  readonly point: OnnxHookPoint<T>;
  readonly kind: 'inputs' | 'outputs';
  /** The names of the values before the hooks. */
  readonly before: readonly string[];
  /** Whether anything is computed from them. */
  readonly isRead: boolean;
  /** The first node of the call. */
  readonly first: number;
}

/** Calls that have begun with pre-hooks and have not ended, by their ids. */
export type Entered = Map<string, EnteredCall>;

interface EnteredCall {
  /** The output of the call after its hooks. */
  readonly result: Promise<unknown>;
  leave(output: unknown): void;
  fail(error: unknown): void;
}

export class PlannedCall<T extends OnnxTensor> implements Step<T> {
  readonly point: OnnxHookPoint<T>;
  readonly region: Region;
  readonly id: string;
  readonly at: number;
  /** The names of its outputs in the session, as its hooks see them. */
  readonly outputs: readonly string[];
  readonly needs: readonly string[];
  readonly after: readonly string[] | undefined;
  /** Whether the graph computes its edits. */
  readonly isCompiled: boolean;
  /** Its outputs as the file names them, or those that are read instead. */
  readonly values: readonly string[];
  readonly replaces: Replacing<T>;
  readonly runsHooks: boolean;
  /** Undefined if it has no pre-hooks. */
  readonly before: BeforeCall<T> | undefined;
  readonly #listeners: Listeners;
  /** The names of what it reads. */
  readonly inputs: readonly string[];
  readonly #names: RegionNames;
  /** For each output, the names of the statistics that the graph gives in its place. */
  readonly #statistics: readonly (readonly [statistics: string, shape: string])[] | undefined;

  /**
   * @param inputs see {@link inputs}
   * @param isRead whether anything is computed from its outputs
   * @param statistics undefined if the graph computes none
   */
  constructor(
    hooked: HookedCall<T>,
    names: RegionNames,
    versions: ValueVersions,
    inputs: readonly string[],
    isRead: boolean,
    statistics: GraphStatistics | undefined,
  ) {
    const { point, call, compiled, hasPreHooks, runsHooks, hasObservers, isCut } = hooked;
    const { region } = call;
    this.point = point;
    this.region = region;
    this.id = hooked.id;
    this.at = call.at;
    this.#names = names;
    this.#listeners = listenersOf(point, hooked.around);
    this.runsHooks = runsHooks || hasPreHooks;
    this.inputs = inputs;
    this.isCompiled = compiled.length > 0;
    const outputs = call.outputs.map((value) => versions.of(call, value).at(this.runsHooks ? 0 : -1)!);
    this.#statistics =
      statistics !== undefined && hooked.readsStatistics && region.around === undefined
        ? summarized(statistics, names, call, outputs)
        : undefined;
    const isFetched = (this.runsHooks || hasObservers || !this.isCompiled) && this.#statistics === undefined;
    this.outputs = isFetched ? outputs.map((value, i) => names.need(region, value, call.outputs[i])) : outputs;
    this.needs = [
      ...(isFetched ? this.outputs : []),
      ...(this.#statistics ?? []).flat(),
      ...(this.runsHooks ? inputs.map((value) => names.need(region, value)) : []),
    ];
    this.values = call.outputs.map((value, i) => (value === outputs[i] ? names.source(region, value) : value));
    this.after = isCut ? call.outputs.map((value) => versions.of(call, value).at(-1)!) : undefined;
    this.replaces = { point, kind: 'outputs', before: this.outputs, isRead, first: call.first };
    this.before = hasPreHooks ? new BeforeCall(hooked, versions, inputs, this.needs.slice(outputs.length)) : undefined;
  }

  /** Whether the graph computes the statistics that its observers read. */
  get isSummarized(): boolean {
    return this.#statistics !== undefined;
  }

  /** A call with pre-hooks begins with them. */
  begin(): number {
    return this.before === undefined ? this.#listeners.begin() : 0;
  }

  fire(number: number, values: Values<T>, entered: Entered): Promise<Changed<T>> | undefined {
    const listeners = this.#listeners;
    if (this.isCompiled && !this.runsHooks) listeners.countEdits();
    if (this.needs.length === 0) return undefined;
    if (this.#statistics !== undefined) {
      const all = this.#statistics.map((names) => {
        const [statistics, shape] = names.map((name) => values.get(name)!);
        return summaryOf(statistics!, shape!);
      });
      listeners.notifyReaders(number, all.length === 1 ? all[0] : all, summaryReader);
      return undefined;
    }
    const outputs = this.outputs.map((name) => values.get(name)!);
    const isOne = outputs.length === 1;
    const output = isOne ? outputs[0] : outputs;
    const call = entered.get(this.id);
    if (call !== undefined) {
      entered.delete(this.id);
      call.leave(output);
      return this.#changed(call.result, output, isOne);
    }
    const inputs = this.#read(values);
    // What was registered after the run began waits for the next one.
    if (this.runsHooks && listeners.mayReplace) {
      return this.#changed(listeners.afterAsync(number, inputs, output), output, isOne);
    }
    listeners.notify(number, inputs, output);
    return undefined;
  }

  async fail(number: number, values: Values<T>, error: unknown): Promise<void> {
    if (!this.runsHooks || this.before !== undefined) return;
    // It rejects with the error of the run.
    await this.#listeners.afterAsync(number, this.#read(values), Promise.reject(error)).catch(() => {});
  }

  /** The value of a call after its hooks, if that is not what the graph goes on with. */
  async #changed(result: Promise<unknown>, output: unknown, isOne: boolean): Promise<Changed<T>> {
    const { replacements } = this.point;
    const value = await result;
    // The edits have changed the value here as they do in the graph.
    const isSame = value === output || (this.isCompiled && this.point.replacements === replacements);
    if (isSame) return undefined;
    return (isOne ? [value] : value) as readonly T[];
  }

  #read(values: Values<T>): (T | undefined)[] {
    return this.inputs.map((value) => this.#names.read(this.region, value, values));
  }
}

/**
 * Has the graph compute the statistics of the outputs of a call.
 * @param outputs the names of their versions
 * @returns undefined if one of them is known in every run, or is of a type whose statistics it cannot compute
 */
function summarized(
  statistics: GraphStatistics,
  names: RegionNames,
  { region, outputs: values }: Call,
  outputs: readonly string[],
): [string, string][] | undefined {
  const canTake = (value: string) => statistics.canTake(elementTypeOf(region.graph, value)) && !names.isKnown(value);
  if (!values.every(canTake)) return undefined;
  return outputs.map((value, i) => statistics.add(names.source(region, value), values[i]!));
}

/** The pre-hooks of a call. */
export class BeforeCall<T extends OnnxTensor> implements Step<T> {
  readonly id: string;
  readonly at: number;
  readonly needs: readonly string[];
  readonly after: readonly string[] | undefined;
  readonly replaces: Replacing<T>;
  /** What the nodes of the call read instead of its inputs, by the inputs. */
  readonly given: ReadonlyMap<string, string>;
  readonly #call: string;
  readonly #point: OnnxHookPoint<T>;
  readonly #listeners: Listeners;
  readonly #around: CallHook | undefined;

  /** @param needs the names of the inputs in the session */
  constructor(
    { point, id, call, isCutBefore, around }: HookedCall<T>,
    versions: ValueVersions,
    inputs: readonly string[],
    needs: readonly string[],
  ) {
    this.id = `before ${id}`;
    this.#call = id;
    this.#point = point;
    this.#listeners = listenersOf(point);
    this.#around = around;
    this.needs = needs;
    this.given = new Map(isCutBefore ? call.inputs.map((value) => [value, versions.input(id, value)]) : []);
    this.after = isCutBefore ? call.inputs.map((value) => this.given.get(value)!) : undefined;
    this.at = call.first - 0.5;
    this.replaces = { point, kind: 'inputs', before: needs, isRead: inputs.length > 0, first: call.first };
  }

  begin(): number {
    return this.#listeners.begin();
  }

  async fire(number: number, values: Values<T>, entered: Entered): Promise<Changed<T>> {
    const inputs = this.needs.map((name) => values.get(name)!);
    let enter!: (given: readonly T[]) => void;
    let leave!: (output: unknown) => void;
    let fail!: (error: unknown) => void;
    const left = new Promise((resolve, reject) => {
      leave = resolve;
      fail = reject;
    });
    left.catch(() => {});
    const given = new Promise<readonly T[]>((resolve) => {
      enter = resolve;
    });
    const forward = (...all: readonly T[]) => {
      enter(all);
      return left;
    };
    const around = this.#around;
    const start = () =>
      intercept(this.#point, forward as (...inputs: never[]) => unknown, inputs, { call: number, around });
    // The first pre-hook is called at once.
    const result = (around === undefined ? start() : around(start)) as Promise<unknown>;
    entered.set(this.#call, { result, leave, fail });
    // Rejects if a pre-hook throws.
    const all = (await Promise.race([given, result])) as readonly T[];
    return all.some((tensor, i) => tensor !== inputs[i]) ? all : undefined;
  }

  async fail(number: number, values: Values<T>, error: unknown): Promise<void> {
    const inputs = this.needs.map((name) => values.get(name));
    if (inputs.includes(undefined)) return;
    const forward = () => Promise.reject(error);
    await (intercept(this.#point, forward, inputs, { call: number }) as Promise<unknown>).catch(() => {});
  }
}
