/**
 * @file Locking where a framework computes the whole graph in one run: values are replaced by edits in the graph. A module's value
 * is that of its last node; a hook before the edit sees what the node gave.
 */
import { isThenable, readNumbers } from '../check/index.ts';
import { type Hookable, optionsOf, readerOf, registerEdit } from '../hooks/index.ts';
import { errorOf } from './call-errors.ts';
import type { Expected } from './expected.ts';
import { familyOf } from './kinds.ts';
import type { Plan, PlannedPair } from './plan.ts';
import { isTensorPart, type Tree, tensorParts } from './recording.ts';
import { replacementOf } from './replacement.ts';
import type { TensorError } from './tensor-error.ts';
import { isFloat } from './tolerance.ts';
import { sameShape } from './values.ts';

/** What has been found out about a pair. */
export interface Found {
  readonly inputs: TensorError[];
  readonly output: TensorError[];
  /** Whether its inputs were a's. */
  locked: boolean;
}

export class GraphLock {
  readonly #where: string;
  readonly #plan: Plan;
  readonly #outputs: ReadonlyMap<number, unknown>;
  readonly #found: ReadonlyMap<PlannedPair, Found>;
  readonly #isOver: () => boolean;

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
    const { b, pairs } = this.#plan;
    const sites = new Map<string, Site>();
    const uses = new Map<string, number>();
    for (const { path } of b.calls) uses.set(path, (uses.get(path) ?? 0) + 1);
    for (const pair of pairs) {
      const module = modules.get(pair.b.path);
      if (module === undefined || !computedInGraph(module)) continue;
      const index = innermost(this.#plan, pair);
      const { path } = b.calls[index]!;
      const site = sites.get(path) ?? { path, index, pairs: [] };
      // An edit holds for all calls of a module.
      if (uses.get(path) === 1) sites.set(path, { ...site, pairs: [...site.pairs, pair] });
    }
    const producers = new Map(
      b.calls.flatMap(({ path, output }) => tensorParts(output).map((part) => [part.tensor, path])),
    );
    /** What b's tensors are replaced by, by the names that they had in the first run. */
    const replaced = new Map<string, Expected>();
    for (const site of sites.values()) this.#edit(modules.get(site.path)!, site, replaced);
    const observed = new Set(pairs.map((pair) => pair.b.path));
    for (const pair of pairs) {
      const module = modules.get(pair.b.path);
      if (module === undefined || !computedInGraph(module)) continue;
      // Inputs that code between modules computes are known only if the nodes that give them are observed.
      for (const { tensor } of tensorParts(pair.b.inputs)) {
        const producer = replaced.has(tensor) ? undefined : producers.get(tensor);
        if (producer === undefined || observed.has(producer)) continue;
        observed.add(producer);
        modules.get(producer)?.observe(() => {});
      }
      let count = 0;
      module.observe(({ inputs }) => {
        if (count++ === pair.b.call && !this.#isOver()) this.#compareInputs(module, pair, inputs, replaced);
      });
    }
  }

  #edit(module: Hookable, { pairs, index }: Site, replaced: Map<string, Expected>): void {
    const reader = readerOf(module)!;
    // The innermost call is compared; the others end at the same value.
    const [inner] = [...pairs].sort((p, q) => (p.b.end ?? 0) - (q.b.end ?? 0));
    const [expected] = inner!.output;
    const [part] = tensorParts(inner!.b.output);
    if (expected === undefined || part === undefined) return;
    module.registerForwardHook((_module, _inputs, output) => {
      if (this.#isOver()) return;
      const values = reader.values(output);
      if (values === undefined || isThenable(values)) return;
      const given = readNumbers(this.#where, 'values', values, output);
      for (const pair of pairs) {
        const [own] = pair.output;
        if (own === undefined) continue;
        // Behind the edit of the inner one, an outer module has its value.
        const isOwn = pair === inner || own.part.tensor !== expected.part.tensor;
        const error = errorOf(this.#plan, pair, 'output', own, part.dtype, isOwn ? given : expected.values);
        this.#found.get(pair)!.output.push(error);
      }
    });
    // Integers are shapes and indices: exact, and edits of them would keep the runtime from computing them ahead.
    if (!isFloat(part.dtype)) return;
    // The operand of an edit has no leading ones, and the runtime takes a row for a vector: it refuses the session.
    if (part.shape.length <= 2 && part.shape[0] === 1) return;
    // A copy of values that are a's has a's values already.
    if (pairs.every(({ b }) => familyOf(b.kind) === 'copy')) return;
    const template = this.#outputs.get(index);
    const tensor = reader.is(template) ? replacementOf(reader, template, expected, undefined) : undefined;
    if (tensor === undefined) return;
    try {
      registerEdit(module, { replace: tensor } as never);
    } catch (error) {
      // Some values take no edits: they are compared only.
      if (!(error instanceof TypeError)) throw error;
      return;
    }
    replaced.set(part.tensor, expected);
  }

  #compareInputs(
    module: Hookable,
    pair: PlannedPair,
    inputs: readonly unknown[],
    replaced: ReadonlyMap<string, Expected>,
  ): void {
    const reader = readerOf(module)!;
    const found = this.#found.get(pair)!;
    let next = 0;
    found.locked = true;
    for (const [position, tree] of (pair.b.inputs as readonly Tree[]).entries()) {
      if (!isTensorPart(tree)) continue;
      const expected = pair.inputs[next++];
      if (expected === undefined) continue;
      const tensor = inputs[position];
      const given = replaced.get(tree.tensor);
      if (given !== undefined) {
        found.inputs.push(errorOf(this.#plan, pair, 'inputs', expected, tree.dtype, given.values));
      } else if (reader.is(tensor)) {
        const values = reader.values(tensor);
        if (values === undefined || isThenable(values)) continue;
        const numbers = readNumbers(this.#where, 'values', values, tensor);
        found.inputs.push(errorOf(this.#plan, pair, 'inputs', expected, tree.dtype, numbers));
      }
    }
  }
}

/** A module of b whose output is edited, with the pairs whose output that is. */
interface Site {
  readonly path: string;
  /** Of its call. */
  readonly index: number;
  readonly pairs: readonly PlannedPair[];
}

/** Whether a framework computes a module in a graph, where hooks cannot replace inputs but edits can replace outputs. */
export const computedInGraph = (module: Hookable): boolean => {
  const { unsupported, validateEdit } = optionsOf(module);
  return validateEdit !== undefined && unsupported?.edit === undefined && readerOf(module)?.withValues !== undefined;
};

/** The first call to end inside a call of b, or itself, that has the same output. */
function innermost({ b }: Plan, { b: call, index }: PlannedPair): number {
  const [part, ...others] = tensorParts(call.output);
  if (part === undefined || others.length > 0) return index;
  const prefix = `${call.path}.`;
  const inside = b.calls.findLastIndex(
    ({ path, output, end }, i) =>
      i < index &&
      path.startsWith(prefix) &&
      end !== null &&
      tensorParts(output).length === 1 &&
      tensorParts(output)[0]!.tensor === part.tensor &&
      sameShape(tensorParts(output)[0]!.shape, part.shape) &&
      !b.calls.some((other) => other.path.startsWith(`${path}.`)),
  );
  return inside < 0 ? index : inside;
}
