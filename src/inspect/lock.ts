/**
 * @file The locked run: b runs, and the inputs and the output of each of its modules are compared with a's, and then replaced by
 * them. So each module, and the code between two modules, shows its own error alone.
 */
import { isThenable, type NumericArray } from '../check/index.ts';
import { type Hookable, optionsOf, readerOf, type TensorReader } from '../hooks/index.ts';
import { type CallError, errorOf } from './call-errors.ts';
import type { Expected } from './expected.ts';
import { type Found, GraphLock } from './graph-lock.ts';
import type { Plan, PlannedPair } from './plan.ts';
import { type TensorPart, tensorParts } from './recording.ts';
import { replacementOf } from './replacement.ts';
import { checkIdle, computedInGraph, type RunInputs, runWithHooks } from './run.ts';
import { shapeError, worst } from './tensor-error.ts';
import { withTensors } from './tree.ts';
import { comparable, sameShape } from './values.ts';

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
  checkIdle(where, model);
  const lock = new Lock(where, plan, outputs);
  let failure: LockedRun['failure'];
  try {
    await runWithHooks(where, model, inputs, () => lock.register(model), signal);
  } catch (error) {
    if (signal?.aborted) throw error;
    failure = { error };
  } finally {
    lock.release();
  }
  return { errors: await lock.finish(), failure };
}

type Side = 'inputs' | 'output';

class Lock {
  readonly #where: string;
  readonly #plan: Plan;
  readonly #found: Map<PlannedPair, Found>;
  readonly #waiting: PromiseLike<void>[] = [];
  readonly #graphs: GraphLock;
  #isOver = false;

  constructor(where: string, plan: Plan, outputs: ReadonlyMap<number, unknown>) {
    this.#where = where;
    this.#plan = plan;
    this.#found = new Map(plan.pairs.map((pair) => [pair, { inputs: [], output: [], locked: false, inLoop: false }]));
    this.#graphs = new GraphLock(where, plan, outputs, this.#found, () => this.#isOver);
  }

  register(model: Hookable): void {
    const byPath = new Map<string, Map<number, PlannedPair>>();
    for (const pair of this.#plan.pairs) {
      const ofPath = byPath.get(pair.b.path) ?? new Map<number, PlannedPair>();
      byPath.set(pair.b.path, ofPath.set(pair.b.call, pair));
    }
    const modules = new Map<string, Hookable>(model.namedModules());
    for (const [path, module] of modules) {
      const pairs = byPath.get(path);
      if (pairs !== undefined && !computedInGraph(module)) this.#hook(module, pairs);
    }
    this.#graphs.register(modules);
  }

  /** Removes the hooks that were registered during the run. */
  release(): void {
    this.#isOver = true;
    this.#graphs.release();
  }

  /** The differences, once all tensors have been read. */
  async finish(): Promise<CallError[]> {
    await Promise.all(this.#waiting);
    return this.#plan.pairs.map((pair) => {
      const { inputs, output, locked, inLoop } = this.#found.get(pair)!;
      return { pair, inputs: worst(inputs), output: worst(output), locked, inLoop };
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
      const numbers = comparable(this.#where, given, tensor);
      const ordered = this.#plan.expectations.inOrderOf(expected, numbers);
      const error = errorOf(this.#plan, pair, side, ordered, part.dtype, numbers);
      errors.push(error);
      return { numbers, ordered, error };
    };
    if (isThenable(values)) {
      this.#waiting.push(values.then((read) => void (read && compare(read))));
      return replacementOf(reader, tensor, expected, undefined);
    }
    const { numbers, ordered, error } = compare(values);
    return error.max === 0 && error.problem === undefined ? tensor : replacementOf(reader, tensor, ordered, numbers);
  }
}
