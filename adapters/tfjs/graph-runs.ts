/**
 * @file The runs of a GraphModel. tfjs does not report when a run ends, and a graph must not change during one. So a
 * hooked model has its own `execute` and `executeAsync`; predict goes through these too.
 */
import { MethodInterceptor } from '../../src/adapter.ts';
import type { Tensor, TfjsGraphModelLike } from './framework.ts';
import type { GraphEditor, OpCall, TensorMap } from './graph-editor.ts';

type Arguments = readonly unknown[];

/** Runs the hooks of the model itself around a run. */
export interface RunHooks {
  execute(args: Arguments, run: (args: Arguments) => unknown): unknown;
  executeAsync(args: Arguments, run: (args: Arguments) => Promise<unknown>): Promise<unknown>;
}

export class GraphRuns {
  readonly #model: TfjsGraphModelLike;
  #hooks: RunHooks | undefined;
  #watchers = 0;
  #running = 0;
  /** Objects, because two runs may have the same inputs. */
  readonly #asyncRuns = new Set<{ readonly inputs: unknown }>();
  #isSynchronous = false;
  /** Changes that wait for the last run to end. */
  #changes: (() => void)[] = [];
  readonly #execute: MethodInterceptor<TfjsGraphModelLike['execute']>;
  readonly #executeAsync: MethodInterceptor<TfjsGraphModelLike['executeAsync']>;

  constructor(model: TfjsGraphModelLike) {
    this.#model = model;
    this.#execute = new MethodInterceptor(model, 'execute', (...args: Arguments) => {
      // Read now: if a hook removes the last hook, the property holds whatever has replaced the interceptor, and may call it.
      const { original } = this.#execute;
      const run = (given: Arguments) => this.#run(original, given);
      return this.#counted(() => (this.#hooks === undefined ? run(args) : this.#hooks.execute(args, run)));
    });
    this.#executeAsync = new MethodInterceptor(model, 'executeAsync', async (...args: Arguments) => {
      const { original } = this.#executeAsync;
      const run = (given: Arguments) => this.#runAsync(original, given);
      this.#running++;
      try {
        return await (this.#hooks === undefined ? run(args) : this.#hooks.executeAsync(args, run));
      } finally {
        this.#end();
      }
    });
  }

  /** @returns a function that ends watching; without watchers the model is as it was found */
  watch(): () => void {
    this.#watchers++;
    this.install();
    return () => {
      if (--this.#watchers > 0) return;
      this.#execute.uninstall();
      this.#executeAsync.uninstall();
    };
  }

  /** Watches, with hooks around each run. */
  addHooks(hooks: RunHooks): () => void {
    this.#hooks = hooks;
    const unwatch = this.watch();
    return () => {
      this.#hooks = undefined;
      unwatch();
    };
  }

  /** Makes a change now, or when the last run ends. Only while the model is watched. */
  whenIdle(change: () => void): void {
    if (this.#running === 0) change();
    else this.#changes.push(change);
  }

  /** Whether the current code runs inside `executeAsync`, and so outside of any tidy. */
  get isAsynchronous(): boolean {
    return !this.#isSynchronous && this.#asyncRuns.size > 0;
  }

  /** The tensors that were passed to unfinished asynchronous runs. */
  *asyncInputs(): Generator<Tensor> {
    for (const { inputs } of this.#asyncRuns) {
      // A tensor, an array of tensors, or tensors by name.
      yield* typeof (inputs as Tensor | undefined)?.dispose === 'function'
        ? [inputs as Tensor]
        : Object.values(inputs ?? {});
    }
  }

  /** Runs the model without its hooks. */
  executeWithoutHooks(...args: Arguments): unknown {
    return this.#counted(() => this.#run(this.#execute.original, args));
  }

  #run(execute: TfjsGraphModelLike['execute'], args: Arguments): unknown {
    return this.#inMode(true, () => execute.call(this.#model, args[0], args[1]));
  }

  async #runAsync(executeAsync: TfjsGraphModelLike['executeAsync'], args: Arguments): Promise<unknown> {
    const run = { inputs: args[0] };
    this.#asyncRuns.add(run);
    try {
      // Until it waits for the first time, it runs inside its caller.
      return await this.#inMode(false, () => executeAsync.call(this.#model, args[0], args[1]));
    } finally {
      this.#asyncRuns.delete(run);
    }
  }

  #inMode<R>(isSynchronous: boolean, run: () => R): R {
    const outer = this.#isSynchronous;
    this.#isSynchronous = isSynchronous;
    try {
      return run();
    } finally {
      this.#isSynchronous = outer;
    }
  }

  /** Intercepts both methods of a watched model. If they have been replaced, around the new ones. */
  install(): void {
    if (this.#watchers === 0) return;
    this.#execute.install();
    this.#executeAsync.install();
  }

  #counted(run: () => unknown): unknown {
    this.#running++;
    try {
      return run();
    } finally {
      this.#end();
    }
  }

  #end(): void {
    if (--this.#running > 0) return;
    for (const change of this.#changes.splice(0)) change();
  }
}

const failed = new WeakSet<TensorMap>();

/** Whether a hook on another node of the same run has thrown: nothing more is to be computed. */
export function hasFailed({ tensorMap }: OpCall): boolean {
  return tensorMap !== undefined && failed.has(tensorMap);
}

/**
 * Ends a run in which a hook on a node threw. In `executeAsync` no tidy is around the nodes: all that has been computed,
 * or still will be by asynchronous nodes, is disposed of here.
 * @param call that of the node
 * @returns a promise that rejects with the error, in executeAsync: tfjs waits for the other nodes only if it gets one
 * @throws the error, in execute, whose tidy disposes of the rest
 */
export function failRun(runs: GraphRuns, editor: GraphEditor, call: OpCall, error: unknown): Promise<never> {
  const { tensorMap, context } = call;
  if (!runs.isAsynchronous || tensorMap === undefined) throw error;
  failed.add(tensorMap);
  const given = givenTensors(runs, editor, tensorMap);
  const dispose = (tensors: TensorMap[string]) => {
    for (const tensor of tensors ?? []) {
      if (tensor !== null && tensor !== undefined && tensor.kept !== true && !given.has(tensor)) tensor.dispose();
    }
  };
  // A microtask, because tfjs first runs all other nodes that are ready.
  queueMicrotask(() => {
    context?.dispose?.(new Set([...given].map(({ id }) => id)));
    for (const tensors of Object.values(tensorMap)) dispose(tensors);
    disposeLater(tensorMap, dispose);
  });
  return Promise.reject(error);
}

/** Disposes of what asynchronous nodes still write into a map, once the node that wrote it has read it. */
function disposeLater(tensorMap: TensorMap, dispose: (tensors: TensorMap[string]) => void): void {
  const writes: ProxyHandler<TensorMap> = {
    set(_target, name, value, receiver) {
      queueMicrotask(() => dispose(value));
      return Reflect.defineProperty(receiver, name, { value, writable: true, enumerable: true, configurable: true });
    },
  };
  Object.setPrototypeOf(tensorMap, new Proxy({}, writes));
}

/** The tensors that a run did not compute: weights, and the inputs of all unfinished runs. */
function givenTensors(runs: GraphRuns, { nodes }: GraphEditor, tensorMap: TensorMap): Set<Tensor> {
  const given = new Set<Tensor>(runs.asyncInputs());
  for (const [name, tensors] of Object.entries(tensorMap)) {
    if (!/^(Const|Placeholder(WithDefault)?)$/.test(nodes.get(name)?.op ?? '')) continue;
    for (const tensor of tensors ?? []) if (tensor !== null && tensor !== undefined) given.add(tensor);
  }
  return given;
}
