import { MethodInterceptor } from '../../src/adapter.ts';
import type { Tensor, TfjsGraphModelLike } from './framework.ts';

type Arguments = readonly unknown[];

/** The inputs of a run, in an object of their own: two runs may have the same. */
interface Given {
  readonly inputs: unknown;
}

/** What stands around the runs of a model. */
export interface RunHooks {
  execute(given: Arguments, run: (given: Arguments) => unknown): unknown;
  executeAsync(given: Arguments, run: (given: Arguments) => Promise<unknown>): Promise<unknown>;
}

/**
 * The runs of a GraphModel. tfjs has no word for when one ends, and a graph must not change meanwhile: so, while somebody
 * needs to know, the model has an own `execute` and an own `executeAsync`, through which predict goes too.
 */
export class GraphRuns {
  readonly #model: TfjsGraphModelLike;
  /** The hooks of the model itself, while there are some. */
  #around: RunHooks | undefined;
  #watchers = 0;
  #underWay = 0;
  /** What the asynchronous runs under way were given. */
  readonly #inputs = new Set<Given>();
  #synchronous = false;
  /** What is to be done when the last run has ended. */
  #waiting: (() => void)[] = [];
  readonly #execute: MethodInterceptor<TfjsGraphModelLike['execute']>;
  readonly #executeAsync: MethodInterceptor<TfjsGraphModelLike['executeAsync']>;

  constructor(model: TfjsGraphModelLike) {
    this.#model = model;
    this.#execute = new MethodInterceptor(model, 'execute', (...given: Arguments) => {
      const run = (inputs: Arguments) => this.#run(this.#execute.original, inputs);
      return this.#counted(() => (this.#around === undefined ? run(given) : this.#around.execute(given, run)));
    });
    this.#executeAsync = new MethodInterceptor(model, 'executeAsync', async (...given: Arguments) => {
      const run = (inputs: Arguments) => this.#runAsync(this.#executeAsync.original, inputs);
      this.#underWay++;
      try {
        return await (this.#around === undefined ? run(given) : this.#around.executeAsync(given, run));
      } finally {
        this.#end();
      }
    });
  }

  /** @returns ends it; the last one leaves the model as it was found */
  watch(): () => void {
    this.#watchers++;
    this.install();
    return () => {
      if (--this.#watchers > 0) return;
      this.#execute.uninstall();
      this.#executeAsync.uninstall();
    };
  }

  /** Puts hooks around the runs. */
  surround(around: RunHooks): () => void {
    this.#around = around;
    const end = this.watch();
    return () => {
      this.#around = undefined;
      end();
    };
  }

  /** Makes a change when no run is under way: at once, or when the last one ends. Only while the model is watched. */
  between(change: () => void): void {
    if (this.#underWay === 0) change();
    else this.#waiting.push(change);
  }

  /** Whether what runs now is `executeAsync`, and so has no tidy around it. */
  get isAsynchronous(): boolean {
    return !this.#synchronous && this.#inputs.size > 0;
  }

  /** The tensors that the asynchronous runs under way were given. */
  *inputs(): Generator<Tensor> {
    for (const { inputs } of this.#inputs) {
      // A tensor, an array of them, or an object with their names.
      yield* typeof (inputs as Tensor | undefined)?.dispose === 'function'
        ? [inputs as Tensor]
        : Object.values(inputs ?? {});
    }
  }

  /** A run of the model without what stands around it. */
  executeWithoutHooks(...given: Arguments): unknown {
    const execute = this.#execute.original;
    return this.#counted(() => this.#run(execute, given));
  }

  #run(execute: TfjsGraphModelLike['execute'], given: Arguments): unknown {
    return this.#inMode(true, () => execute.call(this.#model, given[0], given[1]));
  }

  async #runAsync(executeAsync: TfjsGraphModelLike['executeAsync'], given: Arguments): Promise<unknown> {
    const entry = { inputs: given[0] };
    this.#inputs.add(entry);
    try {
      // Until it waits for the first time, it runs inside of whatever called it.
      return await this.#inMode(false, () => executeAsync.call(this.#model, given[0], given[1]));
    } finally {
      this.#inputs.delete(entry);
    }
  }

  #inMode<R>(synchronous: boolean, run: () => R): R {
    const outside = this.#synchronous;
    this.#synchronous = synchronous;
    try {
      return run();
    } finally {
      this.#synchronous = outside;
    }
  }

  /** Puts an own `execute` and `executeAsync` on the model while it is watched, around any that replaced them. */
  install(): void {
    if (this.#watchers === 0) return;
    this.#execute.install();
    this.#executeAsync.install();
  }

  #counted(run: () => unknown): unknown {
    this.#underWay++;
    try {
      return run();
    } finally {
      this.#end();
    }
  }

  #end(): void {
    if (--this.#underWay > 0) return;
    for (const change of this.#waiting.splice(0)) change();
  }
}
