/**
 * @file One executeAsync of a graph, with the hooks of the model around it. A tidy cannot span an await. So each hook
 * runs in a scope of its own, and the call disposes of the tensors that were created in it when it ends.
 */
import { intercept } from '../../src/adapter.ts';
import type { Hookable } from '../../src/index.ts';
import { type Core, isTensor, type Tensor, toList } from './framework.ts';
import { ownedByCaller } from './memory.ts';

type Inputs = readonly unknown[];

const SCOPE = 'layertap';

export class GraphAsyncCall {
  readonly #core: Core;
  readonly #hookable: Hookable;
  /** Created in this call, by the model or by hooks, and left by the scopes. */
  readonly #created = new Set<Tensor>();
  /** Tensors with higher ids are younger than the call. */
  readonly #start: number;

  constructor(core: Core, hookable: Hookable) {
    this.#core = core;
    this.#hookable = hookable;
    this.#start = newestId(core);
  }

  /** @returns tensors that the caller owns; all others that were created are disposed of, unless a hook keeps them */
  async run(received: Inputs, execute: (inputs: Inputs) => Promise<unknown>): Promise<unknown> {
    const { engine } = this.#core;
    let owned: unknown;
    try {
      let hasBegun = false;
      const forward = (...inputs: Inputs) => {
        hasBegun = true;
        this.#endScope(inputs);
        return this.#execute(execute, inputs);
      };
      // The pre-hooks are synchronous, so one scope does for all of them.
      engine.startScope(SCOPE);
      let running: unknown;
      try {
        running = intercept(this.#hookable, forward, received, { around: (hook) => this.#scoped(hook) });
      } finally {
        if (!hasBegun) this.#endScope(undefined);
      }
      const output = await running;
      owned = ownedByCaller(this.#core, this.#hookable, output, (tensor) => this.#created.has(tensor));
      return owned;
    } finally {
      const staying = toList(owned);
      for (const tensor of this.#created) if (tensor.kept !== true && !staying.includes(tensor)) tensor.dispose();
    }
  }

  async #execute(execute: (inputs: Inputs) => Promise<unknown>, inputs: Inputs): Promise<unknown> {
    const before = newestId(this.#core);
    // If a hook started this call without awaiting it, the hook's scope must not dispose of the tensors of this one.
    const outer = this.#outerTrack();
    const count = outer?.length ?? 0;
    const running = execute(inputs);
    if (outer !== undefined) outer.length = count;
    const output = await running;
    // An older tensor is an input or a weight that the model passed on.
    this.#add(output, before);
    return output;
  }

  /** Runs a hook, or all observers. Disposes of what they create and neither return nor keep. */
  #scoped(hook: () => unknown): unknown {
    this.#core.engine.startScope(SCOPE);
    let result: unknown;
    try {
      result = hook();
    } catch (error) {
      this.#endScope(undefined);
      throw error;
    }
    if (typeof (result as Partial<PromiseLike<unknown>> | undefined | null)?.then === 'function') {
      this.#endScope('all');
      return this.#awaited(result as PromiseLike<unknown>);
    }
    this.#endScope(result);
    return result;
  }

  /** Of the tensors that a hook creates after an await, only those that it returns are known. */
  async #awaited(result: PromiseLike<unknown>): Promise<unknown> {
    const value = await result;
    this.#add(value, this.#start);
    return value;
  }

  /**
   * Ends a scope as a tidy does. The call takes over the tensors that stay.
   * @param result tensors in it stay; 'all': everything stays
   */
  #endScope(result: unknown): void {
    const { engine } = this.#core;
    const track = [...(engine.state?.activeScope?.track ?? [])];
    engine.endScope(result === 'all' ? track : result);
    const left = track.filter((tensor) => !tensor.isDisposed && tensor.kept !== true);
    for (const tensor of left) this.#created.add(tensor);
    const outer = this.#outerTrack();
    if (outer !== undefined) outer.splice(0, outer.length, ...outer.filter((one) => !left.includes(one)));
  }

  /** The tensors that the scope of another call's hook, around this one, would dispose of. */
  #outerTrack(): Tensor[] | undefined {
    const scope = this.#core.engine.state?.activeScope;
    return scope?.name === SCOPE ? scope.track : undefined;
  }

  #add(value: unknown, newerThan: number): void {
    for (const one of toList(value)) {
      if (isTensor(this.#core, one) && one.id > newerThan && one.kept !== true) this.#created.add(one);
    }
  }
}

const newestId = (core: Core): number => core.tidy(() => core.scalar(0).id);
