import { checkHook } from './check-arguments.ts';
import { className } from './describe.ts';
import { located } from './forward-error.ts';
import { globalHooks } from './global-hooks.ts';
import { RemovableHandle } from './handle.ts';
import { type HookRecord, HookTable } from './hook-table.ts';
import { callAsync, callSync, type Target } from './pipeline.ts';
import { printAsString } from './print-as-string.ts';
import type { TensorReader } from './reader.ts';
import { ownEntries } from './tree.ts';

/** What a hook may give back: nothing (undefined or null: unchanged), a value, or a promise where forward is asynchronous. */
// biome-ignore lint/suspicious/noConfusingVoidType: a hook without a return statement returns void
export type HookResult<T> = T | undefined | null | void | Promise<T | undefined | null | void>;

/** What a module's forward takes, as the array that hooks see. */
export type InputsOf<M extends Hookable> = Readonly<Parameters<M['forward']>>;

/** What a module's forward gives, awaited. */
export type OutputOf<M extends Hookable> = Awaited<ReturnType<M['forward']>>;

/** Called with the module, the array of what forward received, and what it gave; may return another output. */
export type ForwardHook<M extends Hookable = Hookable> = (
  module: M,
  inputs: InputsOf<M>,
  output: OutputOf<M>,
) => HookResult<OutputOf<M>>;

/**
 * Called before forward with the module and the array of its inputs. May return other inputs: an array is all of
 * them, any other value is the only one.
 */
export type ForwardPreHook<M extends Hookable = Hookable> = (
  module: M,
  inputs: InputsOf<M>,
) => HookResult<InputsOf<M> | Parameters<M['forward']>[0]>;

export interface ForwardHookOptions {
  /** Run before the module's other own hooks. Default false. */
  prepend?: boolean;
  /** Run also when the call throws, with the latest inputs and output (undefined if forward did not finish). Default false. */
  alwaysCall?: boolean;
}

export interface ForwardPreHookOptions {
  /** Run before the module's other own pre-hooks. Default false. */
  prepend?: boolean;
}

/** What whoever makes a Hookable says about it. */
export interface HookableTraits {
  /** How its outputs are read; without one, a hook's replacement is not checked. */
  reader?: TensorReader | undefined;
  /** Whether every call gives a promise; pre-hooks may wait there. Default false. */
  async?: boolean | undefined;
}

/** A Hookable is called as its `forward` is: `net('x')` does not compile where `net.forward('x')` would not. */
export interface Hookable {
  (...inputs: Parameters<this['forward']>): ReturnType<this['forward']>;
}

/** The tables of all Hookables. Calls hold theirs directly; only registering and listing look it up here. */
const tables = new WeakMap<Hookable, HookTable>();

/**
 * Something with a `forward`, that is called like a function and runs hooks around it. `net(x)` runs them;
 * `net.forward(x)` does not run those of `net`, as in PyTorch.
 *
 * An instance is a closure that carries the class's prototype, itself on Function's: no Proxy, and nothing that a
 * strict content security policy would refuse.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: a class cannot declare a call signature in any other way
export abstract class Hookable {
  // biome-ignore lint/suspicious/noExplicitAny: only so is a module with any forward assignable to Hookable
  abstract forward(...inputs: any[]): unknown;

  constructor({ reader, async = false }: HookableTraits = {}) {
    const table = new HookTable();
    // The call without hooks comes first and does nothing else. A rest parameter that is only ever spread again costs
    // V8 no array: that is why the pipeline takes the inputs spread too. The catch costs nothing until something is
    // thrown: it tells layertap's own errors where they are.
    const self = (async
      ? async (...inputs: unknown[]) => {
          if (table.active || globalHooks.active) return callAsync(target, self, ...inputs);
          try {
            return await self.forward(...inputs);
          } catch (error) {
            throw located(error, self);
          }
        }
      : (...inputs: unknown[]) => {
          if (table.active || globalHooks.active) return callSync(target, self, ...inputs);
          try {
            return self.forward(...inputs);
          } catch (error) {
            throw located(error, self);
          }
        }) as unknown as this;
    const target: Target = { module: self, table, reader, source: self };
    Object.setPrototypeOf(self, new.target.prototype);
    tables.set(self, table);
    // biome-ignore lint/correctness/noConstructorReturn: this is what makes an instance callable
    return self;
  }

  /**
   * Registers a hook that runs after every forward of this module. What it returns becomes the output; undefined and
   * null change nothing.
   * @throws TypeError for a hook that is not a function, or an unknown option
   */
  registerForwardHook(hook: ForwardHook<this>, options: ForwardHookOptions = {}): RemovableHandle {
    checkHook(`registerForwardHook() of ${className(this)}`, hook, options, ['prepend', 'alwaysCall']);
    return register(this, 'forward', hook as HookRecord['hook'], options);
  }

  /**
   * Registers a hook that runs before every forward of this module. What it returns becomes the inputs: an array is
   * all of them, another value the only one; undefined and null change nothing.
   * @throws TypeError for a hook that is not a function, or an unknown option
   */
  registerForwardPreHook(hook: ForwardPreHook<this>, options: ForwardPreHookOptions = {}): RemovableHandle {
    checkHook(`registerForwardPreHook() of ${className(this)}`, hook, options, ['prepend']);
    return register(this, 'forward-pre', hook as HookRecord['hook'], options);
  }

  /**
   * The modules directly inside this one, as [name, module]: own enumerable properties, and those inside own arrays
   * and plain objects (`layers.0`, `heads.left`). A module that stands under two names comes twice. Everything that
   * walks a tree walks this, so a class that keeps its children elsewhere overrides it.
   * @throws Error where a child has the name of a method
   */
  *namedChildren(): Generator<[string, Hookable]> {
    yield* ownEntries(this, isHookable);
  }

  toString(): string {
    return `${className(this)}()`;
  }

  static {
    Object.setPrototypeOf(Hookable.prototype, Function.prototype);
    printAsString(Hookable);
  }
}

function register(
  module: Hookable,
  kind: HookRecord['kind'],
  hook: HookRecord['hook'],
  { prepend = false, alwaysCall = false }: ForwardHookOptions,
): RemovableHandle {
  const table = hookTable(module);
  return new RemovableHandle(table, table.add(kind, hook, { prepend, alwaysCall }));
}

export function isHookable(value: unknown): value is Hookable {
  return value instanceof Hookable;
}

/** What is registered on a module. Not public: others would depend on its shape. */
export function hookTable(module: Hookable): HookTable {
  return tables.get(module)!;
}

/** Whether nobody listens to a module, globally included: only then may a faster way go past its call. */
export function isQuiet(module: Hookable): boolean {
  return !globalHooks.active && !hookTable(module).active;
}
