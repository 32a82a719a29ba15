/**
 * @file Locking where a framework computes the whole graph in one run: values are replaced by edits in the graph. A module's value
 * is that of its last node; a hook before the edit sees what the node gave.
 */
import { isThenable } from '../check/index.ts';
import { type Hookable, type RemovableHandle, readerOf, registerEdit } from '../hooks/index.ts';
import { errorOf } from './call-errors.ts';
import type { Expected } from './expected.ts';
import { type Run, RunPlaces, runsOf } from './graph-runs.ts';
import { familyOf } from './kinds.ts';
import type { Plan, PlannedPair } from './plan.ts';
import { isTensorPart, type Tree, tensorParts } from './recording.ts';
import { replacementOf } from './replacement.ts';
import { computedInGraph } from './run.ts';
import type { TensorError } from './tensor-error.ts';
import { isFloat } from './tolerance.ts';
import { withTensors } from './tree.ts';
import { comparable } from './values.ts';

/** What has been found out about a pair. */
export interface Found {
  readonly inputs: TensorError[];
  readonly output: TensorError[];
  /** Whether its inputs were a's. */
  locked: boolean;
  /** Whether it ran in the body of a loop. */
  inLoop: boolean;
}

export class GraphLock {
  readonly #where: string;
  readonly #plan: Plan;
  readonly #outputs: ReadonlyMap<number, unknown>;
  readonly #found: ReadonlyMap<PlannedPair, Found>;
  readonly #isOver: () => boolean;
  /** Of the current run. */
  #handles: RemovableHandle[] = [];

  /** @param outputs what b's calls gave in the first run, by their indices @param isOver whether the run has been given up */
  constructor(
    where: string,
    plan: Plan,
    outputs: ReadonlyMap<number, unknown>,
    found: ReadonlyMap<PlannedPair, Found>,
    isOver: () => boolean,
  ) {
    this.#where = where;
    this.#plan = plan;
    this.#outputs = outputs;
    this.#found = found;
    this.#isOver = isOver;
  }

  /** @param modules of b, by path */
  register(modules: ReadonlyMap<string, Hookable>): void {
    const runs = runsOf(this.#plan.b.calls);
    const pairs = this.#plan.pairs.filter(({ b }) => {
      const module = modules.get(b.path);
      return module !== undefined && computedInGraph(module);
    });
    if (pairs.length === 0) return;
    /** Each run has values of its own. When one ends, the edits of the next one take the place of its edits. */
    const begin = (at: number) => {
      this.release();
      const run = runs[at]!;
      const has = ({ index }: PlannedPair) => index >= run.from && index < run.to;
      this.#begin(modules, run, pairs.filter(has));
      if (at + 1 < runs.length) this.#handles.push(modules.get('')!.observe(() => begin(at + 1)));
    };
    begin(0);
  }

  /** Removes what is registered. */
  release(): void {
    for (const handle of this.#handles.splice(0)) handle.remove();
  }

  #begin(modules: ReadonlyMap<string, Hookable>, run: Run, pairs: readonly PlannedPair[]): void {
    const { calls } = this.#plan.b;
    const places = new RunPlaces(calls, run);
    const sites = new Map<string, Site>();
    for (const pair of pairs) {
      const index = places.giverOf(pair);
      const { path } = calls[index]!;
      const site = sites.get(path) ?? { path, index, pairs: [] };
      // An edit holds for all calls of a module in a run.
      if (places.uses(path) === 1) sites.set(path, { ...site, pairs: [...site.pairs, pair] });
      else this.#observeOutput(modules.get(pair.b.path)!, pair, places.nth(pair.index));
    }
    const replaced: Replaced = new Map();
    for (const site of sites.values()) this.#edit(modules.get(site.path)!, site, replaced);
    const observed = new Set(pairs.map((pair) => pair.b.path));
    for (const pair of pairs) {
      const module = modules.get(pair.b.path)!;
      // Inputs that code between modules computes are known only if the nodes that give them are observed.
      for (const { tensor } of tensorParts(pair.b.inputs)) {
        const producer = replaced.has(tensor) ? undefined : places.producerOf(tensor);
        if (producer === undefined || observed.has(producer)) continue;
        observed.add(producer);
        const handle = modules.get(producer)?.observe(() => {});
        if (handle !== undefined) this.#handles.push(handle);
      }
      const nth = places.nth(pair.index);
      const found = this.#found.get(pair)!;
      found.inLoop = places.uses(pair.b.path) > 1;
      found.locked = !found.inLoop;
      let count = 0;
      const compare = ({ inputs }: { readonly inputs: readonly unknown[] }) => {
        if (count++ !== nth || this.#isOver()) return;
        this.#compareInputs(module, pair, inputs, replaced);
      };
      this.#handles.push(module.observe(compare));
    }
  }

  /** Compares the output of one of several calls of a module, which cannot be edited. */
  #observeOutput(module: Hookable, pair: PlannedPair, nth: number): void {
    let count = 0;
    const compare = ({ output }: { readonly output: unknown }) => {
      if (count++ === nth && !this.#isOver()) this.#compareOutput(module, pair, output);
    };
    this.#handles.push(module.observe(compare));
  }

  #compareOutput(module: Hookable, pair: PlannedPair, output: unknown): void {
    const reader = readerOf(module)!;
    const parts = tensorParts(pair.b.output);
    let next = 0;
    withTensors(
      output,
      (one) => reader.is(one),
      (tensor) => {
        const [part, expected] = [parts[next], pair.output[next]];
        next++;
        const values = reader.values(tensor);
        if (part !== undefined && expected !== undefined && values !== undefined && !isThenable(values)) {
          const numbers = comparable(this.#where, values, tensor);
          this.#found.get(pair)!.output.push(errorOf(this.#plan, pair, 'output', expected, part.dtype, numbers));
        }
        return tensor;
      },
    );
  }

  #edit(module: Hookable, { pairs, index }: Site, replaced: Replaced): void {
    const reader = readerOf(module)!;
    // The innermost call is compared; the others end at the same value.
    const [inner] = [...pairs].sort((p, q) => (p.b.end ?? 0) - (q.b.end ?? 0));
    const [expected] = inner!.output;
    const [part, ...others] = tensorParts(inner!.b.output);
    const compare = (output: unknown) => {
      if (this.#isOver()) return;
      for (const pair of pairs) {
        const [own] = pair.output;
        // Behind the edit of the inner one, an outer module has its value.
        const isReplaced = pair !== inner && own !== undefined && own.part.tensor === expected?.part.tensor;
        if (!isReplaced) this.#compareOutput(module, pair, output);
        else {
          this.#found.get(pair)!.output.push(errorOf(this.#plan, pair, 'output', own, part!.dtype, expected.values));
        }
      }
    };
    this.#handles.push(module.registerForwardHook((_module, _inputs, output) => compare(output)));
    if (expected === undefined || part === undefined || others.length > 0) return;
    // Integers are shapes and indices: exact, and edits of them would keep the runtime from computing them ahead.
    if (!isFloat(part.dtype)) return;
    // A copy of values that are a's has a's values already.
    if (pairs.every(({ b }) => familyOf(b.kind) === 'copy')) return;
    const template = this.#outputs.get(index);
    const tensor = reader.is(template) ? replacementOf(reader, template, expected, undefined) : undefined;
    if (tensor === undefined) return;
    try {
      this.#handles.push(registerEdit(module, { replace: tensor } as never));
    } catch (error) {
      // Some values take no edits: they are compared only.
      if (!(error instanceof TypeError)) throw error;
      return;
    }
    replaced.set(part.tensor, [...(replaced.get(part.tensor) ?? []), expected]);
  }

  #compareInputs(module: Hookable, pair: PlannedPair, inputs: readonly unknown[], replaced: Replaced): void {
    const reader = readerOf(module)!;
    const found = this.#found.get(pair)!;
    let next = 0;
    for (const [position, tree] of (pair.b.inputs as readonly Tree[]).entries()) {
      if (!isTensorPart(tree)) continue;
      const expected = pair.inputs[next++];
      if (expected === undefined) continue;
      const tensor = inputs[position];
      const given = replaced.get(tree.tensor);
      if (given !== undefined) {
        const errors = given.map(({ values }) => errorOf(this.#plan, pair, 'inputs', expected, tree.dtype, values));
        found.inputs.push(errors.reduce((least, error) => (error.ratio < least.ratio ? error : least)));
      } else if (reader.is(tensor)) {
        const values = reader.values(tensor);
        if (values === undefined || isThenable(values)) continue;
        const numbers = comparable(this.#where, values, tensor);
        found.inputs.push(errorOf(this.#plan, pair, 'inputs', expected, tree.dtype, numbers));
      }
    }
  }
}

/**
 * What b's tensors are replaced by, by the names that they had in the first run. Calls that gave equal tensors share a name: which
 * of them a module reads is not known, so the closest counts.
 */
type Replaced = Map<string, Expected[]>;

/** A module of b whose output is edited, with the pairs whose output that is. */
interface Site {
  readonly path: string;
  /** Of its call. */
  readonly index: number;
  readonly pairs: readonly PlannedPair[];
}
