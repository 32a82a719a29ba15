/**
 * @file The locked run: b runs, and the inputs and the output of each of its modules are compared with a's, and then replaced by
 * them. So each module, and the code between two modules, shows its own error alone.
 */
import { isThenable, type NumericArray, readNumbers } from '../check/index.ts';
import { type Hookable, optionsOf, readerOf, registerEdit, type TensorReader } from '../hooks/index.ts';
import { type CallError, errorOf } from './call-errors.ts';
import type { Expected } from './expected.ts';
import type { Plan, PlannedPair } from './plan.ts';
import { isTensorPart, type TensorPart, type Tree, tensorParts } from './recording.ts';
import { type RunInputs, runWithHooks } from './run.ts';
import { shapeError, type TensorError, worst } from './tensor-error.ts';
import { withTensors } from './tree.ts';
import { sameShape, sizeOf } from './values.ts';

export interface LockedRun {
  /** In the order of the plan's pairs. */
  readonly errors: readonly CallError[];
  /** What ended the run before its end. */
  readonly failure: { readonly error: unknown } | undefined;
}

/**
 * Runs b locked to a's values.
 * @param outputs what b's calls gave in the run that the plan was made from, by their indices
 * @throws the reason of the signal
 */
export async function runLocked<M extends Hookable>(
  where: string,
  model: M,
  inputs: RunInputs<M>,
  plan: Plan,
  outputs: ReadonlyMap<number, unknown>,
  signal?: AbortSignal,
): Promise<LockedRun> {
  const lock = new Lock(where, plan, outputs);
  let failure: LockedRun['failure'];
  try {
    await runWithHooks(model, inputs, () => lock.register(model), signal);
  } catch (error) {
    if (signal?.aborted) throw error;
    failure = { error };
  }
  return { errors: await lock.finish(), failure };
}

type Side = 'inputs' | 'output';

/** What has been found out about a pair. */
interface Found {
  readonly inputs: TensorError[];
  readonly output: TensorError[];
  locked: boolean;
}

class Lock {
  readonly #where: string;
  readonly #plan: Plan;
  readonly #outputs: ReadonlyMap<number, unknown>;
  readonly #found: Map<PlannedPair, Found>;
  readonly #waiting: PromiseLike<void>[] = [];
  #isOver = false;

  constructor(where: string, plan: Plan, outputs: ReadonlyMap<number, unknown>) {
    this.#where = where;
    this.#plan = plan;
    this.#outputs = outputs;
    this.#found = new Map(plan.pairs.map((pair) => [pair, { inputs: [], output: [], locked: false }]));
  }

  register(model: Hookable): void {
    const byPath = new Map<string, Map<number, PlannedPair>>();
    for (const pair of this.#plan.pairs) {
      const ofPath = byPath.get(pair.b.path) ?? new Map<number, PlannedPair>();
      byPath.set(pair.b.path, ofPath.set(pair.b.call, pair));
    }
    const inGraph = new Map<string, Hookable>();
    for (const [path, module] of model.namedModules()) {
      inGraph.set(path, module);
      const pairs = byPath.get(path);
      if (pairs !== undefined && !computedInGraph(module)) this.#hook(module, pairs);
    }
    this.#editGraph(inGraph);
  }

  async finish(): Promise<CallError[]> {
    this.#isOver = true;
    await Promise.all(this.#waiting);
    return this.#plan.pairs.map((pair) => {
      const { inputs, output, locked } = this.#found.get(pair)!;
      return { pair, inputs: worst(inputs), output: worst(output), locked };
    });
  }

  /** Where hooks may replace inputs and outputs. */
  #hook(module: Hookable, pairs: ReadonlyMap<number, PlannedPair>): void {
    const started = new Map<number, PlannedPair | undefined>();
    let count = 0;
    const hasPreHooks = optionsOf(module).unsupported?.['forward-pre'] === undefined;
    if (hasPreHooks) {
      module.registerForwardPreHook((_module, inputs, call) => {
        if (this.#isOver) return undefined;
        const pair = pairs.get(count++);
        started.set(call, pair);
        if (pair === undefined) return undefined;
        const replaced = this.#lock(module, pair, 'inputs', inputs);
        return replaced === inputs ? undefined : (replaced as never);
      });
    }
    module.registerForwardHook((_module, _inputs, output, call) => {
      const pair = hasPreHooks ? started.get(call) : pairs.get(count++);
      if (this.#isOver || pair === undefined) return undefined;
      const replaced = this.#lock(module, pair, 'output', output);
      return replaced === output ? undefined : replaced;
    });
  }

  /** Compares the tensors of a value with their counterparts. @returns the value with those instead */
  #lock(module: Hookable, pair: PlannedPair, side: Side, value: unknown): unknown {
    const reader = readerOf(module);
    if (reader === undefined) return value;
    const parts = tensorParts(pair.b[side]);
    const found = this.#found.get(pair)!;
    let next = 0;
    let isComplete = true;
    const locked = withTensors(
      value,
      (one) => reader.is(one),
      (tensor) => {
        const values = reader.values(tensor);
        if (values === undefined) return tensor;
        const [part, expected] = [parts[next], pair[side][next]];
        next++;
        const replacement = this.#compare(reader, pair, side, part, expected, tensor, values);
        isComplete &&= replacement !== undefined;
        return replacement ?? tensor;
      },
    );
    if (side === 'inputs') found.locked = isComplete;
    return locked;
  }

  /** @returns the tensor with a's values, or itself if it has them; undefined where it cannot have them */
  #compare(
    reader: TensorReader,
    pair: PlannedPair,
    side: Side,
    part: TensorPart | undefined,
    expected: Expected | undefined,
    tensor: unknown,
    values: NumericArray | PromiseLike<NumericArray | undefined>,
  ): unknown {
    if (part === undefined || expected === undefined) return undefined;
    const errors = this.#found.get(pair)![side];
    const shape = reader.shape(tensor);
    if (!sameShape(shape, part.shape)) {
      errors.push(shapeError(part.shape, shape));
      return undefined;
    }
    const compare = (given: NumericArray) => {
      const numbers = readNumbers(this.#where, 'values', given, tensor);
      const ordered = this.#plan.expectations.inOrderOf(expected, numbers);
      const error = errorOf(this.#plan, pair, side, ordered, part.dtype, numbers);
      errors.push(error);
      return { numbers, ordered, error };
    };
    if (isThenable(values)) {
      this.#waiting.push(values.then((read) => void (read && compare(read))));
      return this.#replacement(reader, tensor, expected, undefined);
    }
    const { numbers, ordered, error } = compare(values);
    return error.max === 0 && error.problem === undefined
      ? tensor
      : this.#replacement(reader, tensor, ordered, numbers);
  }

  #replacement(
    reader: TensorReader,
    tensor: unknown,
    { values, indices, problem }: Expected,
    given: ReturnType<typeof readNumbers> | undefined,
  ): unknown {
    if (reader.withValues === undefined || indices !== undefined || problem !== undefined) return undefined;
    const count = sizeOf(reader.shape(tensor));
    if (values.length === count) return reader.withValues(tensor, values);
    if (given === undefined) return undefined;
    // a's batch is smaller: the other rows stay.
    const rows = Float64Array.from(given as ArrayLike<number>);
    rows.set(values as ArrayLike<number>);
    return reader.withValues(tensor, rows);
  }

  /**
   * Where a framework computes the whole graph in one run, values are replaced by edits in the graph. A module's value is that
   * of its last node; a hook before the edit sees what the node gave.
   */
  #editGraph(modules: ReadonlyMap<string, Hookable>): void {
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
        if (count++ === pair.b.call && !this.#isOver) this.#compareInputs(module, pair, inputs, replaced);
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
      if (this.#isOver) return;
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
    const template = this.#outputs.get(index);
    const tensor = reader.is(template) ? this.#replacement(reader, template, expected, undefined) : undefined;
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
const computedInGraph = (module: Hookable): boolean => {
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
