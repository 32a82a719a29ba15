/**
 * @file One executeAsync of a graph with the hooks of the model around it. No tidy can be around something that waits: so
 * each hook has a scope of its own, and what the call has made is disposed of when it ends.
 */

import { intercept } from '../../src/adapter.ts';
import type { Hookable } from '../../src/index.ts';
import { type Core, isTensor, type Tensor, toList } from './framework.ts';
import { ownedByCaller } from './hook-point.ts';

type Inputs = readonly unknown[];

const SCOPE = 'layertap';

export class GraphAsyncCall {
  readonly #core: Core;
  readonly #hookable: Hookable;
  /** Made in this call, by the model or by hooks, and not disposed of by a scope. */
  readonly #made = new Set<Tensor>();
  /** Tensors with higher ids are younger than the call. */
  readonly #start: number;

  constructor(core: Core, hookable: Hookable) {
    this.#core = core;
    this.#hookable = hookable;
    this.#start = newestId(core);
  }

  /** @returns what the caller gets, which is its own; nothing else that was made stays, unless a hook keeps it */
  async run(received: Inputs, perform: (inputs: Inputs) => Promise<unknown>): Promise<unknown> {
    const { engine } = this.#core;
    let output: unknown;
    let owned: unknown;
    try {
      let begun = false;
      const forward = (...inputs: Inputs) => {
        begun = true;
        this.#endScope(inputs);
        return this.#performed(perform, inputs);
      };
      // The pre-hooks run at once: they are all in one scope.
      engine.startScope(SCOPE);
      let running: unknown;
      try {
        running = intercept(this.#hookable, forward, received, undefined, undefined, (hook) => this.#scoped(hook));
      } finally {
        if (!begun) this.#endScope(undefined);
      }
      output = await running;
      owned = ownedByCaller(this.#core, this.#hookable, output, (tensor) => this.#made.has(tensor));
      return owned;
    } finally {
      const staying = toList(owned);
      for (const tensor of this.#made) if (tensor.kept !== true && !staying.includes(tensor)) tensor.dispose();
    }
  }

  async #performed(perform: (inputs: Inputs) => Promise<unknown>, inputs: Inputs): Promise<unknown> {
    const before = newestId(this.#core);
    // A hook may have called the model, and not wait for it: its scope must not dispose of what is being computed.
    const outside = this.#outside();
    const made = outside?.length ?? 0;
    const running = perform(inputs);
    if (outside !== undefined) outside.length = made;
    const output = await running;
    // The model may also have given an input or a weight on.
    this.#add(output, before);
    return output;
  }

  /** Runs a hook, or all observers: what they make, and neither return nor keep, goes when they end. */
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
      return this.#awaited(result as PromiseLike<unknown>, this.#endScope('all'));
    }
    this.#endScope(result);
    return result;
  }

  /** What a hook makes after it has waited is known only if it returns it. */
  async #awaited(result: PromiseLike<unknown>, made: readonly Tensor[]): Promise<unknown> {
    for (const tensor of made) this.#made.add(tensor);
    const value = await result;
    this.#add(value, this.#start);
    return value;
  }

  /**
   * Ends a scope, as a tidy does, and takes over what stays.
   * @param stays what is not disposed of: tensors in a value, or all
   */
  #endScope(stays: unknown): readonly Tensor[] {
    const { engine } = this.#core;
    const made = [...(engine.state?.activeScope?.track ?? [])];
    engine.endScope(stays === 'all' ? made : stays);
    const left = made.filter((tensor) => !tensor.isDisposed && tensor.kept !== true);
    for (const tensor of left) this.#made.add(tensor);
    const outside = this.#outside();
    if (outside !== undefined) outside.splice(0, outside.length, ...outside.filter((one) => !left.includes(one)));
    return left;
  }

  /** What the scope of another call's hook, inside of which this happens, would dispose of. */
  #outside(): Tensor[] | undefined {
    const scope = this.#core.engine.state?.activeScope;
    return scope?.name === SCOPE ? scope.track : undefined;
  }

  #add(value: unknown, olderThan: number): void {
    for (const one of toList(value)) {
      if (isTensor(this.#core, one) && one.id > olderThan && one.kept !== true) this.#made.add(one);
    }
  }
}

const newestId = (core: Core): number => core.tidy(() => core.scalar(0).id);
