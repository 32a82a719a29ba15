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

/**
 * Runs `execute` with the hooks of the model.
 * @returns tensors that the caller owns; all others that were created are disposed of, unless a hook keeps them
 */
export async function executeWithHooks(
  core: Core,
  hookable: Hookable,
  received: Inputs,
  execute: (inputs: Inputs) => Promise<unknown>,
): Promise<unknown> {
  const { engine } = core;
  /** Created in this call, by the model or by hooks, and left by the scopes. */
  const created = new Set<Tensor>();
  /** Tensors with higher ids are younger than the call. */
  const start = newestId(core);
  let owned: unknown;
  try {
    let hasBegun = false;
    const forward = (...inputs: Inputs) => {
      hasBegun = true;
      endScope(inputs);
      return executeModel(inputs);
    };
    // The pre-hooks are synchronous, so one scope does for all of them.
    engine.startScope(SCOPE);
    let running: unknown;
    try {
      running = intercept(hookable, forward, received, { around: scoped });
    } finally {
      if (!hasBegun) endScope(undefined);
    }
    const output = await running;
    owned = ownedByCaller(core, hookable, output, (tensor) => created.has(tensor));
    return owned;
  } finally {
    const staying = toList(owned);
    for (const tensor of created) if (tensor.kept !== true && !staying.includes(tensor)) tensor.dispose();
  }

  async function executeModel(inputs: Inputs): Promise<unknown> {
    const before = newestId(core);
    // If a hook started this call without awaiting it, the hook's scope must not dispose of the tensors of this one.
    const outer = outerTrack();
    const count = outer?.length ?? 0;
    const running = execute(inputs);
    if (outer !== undefined) outer.length = count;
    const output = await running;
    // An older tensor is an input or a weight that the model passed on.
    add(output, before);
    return output;
  }

  /** Runs a hook, or all observers. Disposes of what they create and neither return nor keep. */
  function scoped(hook: () => unknown): unknown {
    engine.startScope(SCOPE);
    let result: unknown;
    try {
      result = hook();
    } catch (error) {
      endScope(undefined);
      throw error;
    }
    if (typeof (result as Partial<PromiseLike<unknown>> | undefined | null)?.then === 'function') {
      endScope('all');
      return awaited(result as PromiseLike<unknown>);
    }
    endScope(result);
    return result;
  }

  /** Of the tensors that a hook creates after an await, only those that it returns are known. */
  async function awaited(result: PromiseLike<unknown>): Promise<unknown> {
    const value = await result;
    add(value, start);
    return value;
  }

  /**
   * Ends a scope as a tidy does. The call takes over the tensors that stay.
   * @param result tensors in it stay; 'all': everything stays
   */
  function endScope(result: unknown): void {
    const track = [...(engine.state?.activeScope?.track ?? [])];
    engine.endScope(result === 'all' ? track : result);
    const left = track.filter((tensor) => !tensor.isDisposed && tensor.kept !== true);
    for (const tensor of left) created.add(tensor);
    const outer = outerTrack();
    if (outer !== undefined) outer.splice(0, outer.length, ...outer.filter((one) => !left.includes(one)));
  }

  /** The tensors that the scope of another call's hook, around this one, would dispose of. */
  function outerTrack(): Tensor[] | undefined {
    const scope = engine.state?.activeScope;
    return scope?.name === SCOPE ? scope.track : undefined;
  }

  function add(value: unknown, newerThan: number): void {
    for (const one of toList(value)) {
      if (isTensor(core, one) && one.id > newerThan && one.kept !== true) created.add(one);
    }
  }
}

const newestId = (core: Core): number => core.tidy(() => core.scalar(0).id);
