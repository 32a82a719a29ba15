import { brand, className, describe, isOfKind, printAsString } from '../check/index.ts';
import { checkHook } from './core/check-hook.ts';
import type { ChunkEvent, ForwardEvent as CoreForwardEvent } from './core/event.ts';
import { located } from './core/forward-error.ts';
import type { RemovableHandle } from './core/handle.ts';
import { giveHookTable, globalHooks, HookTable, hookTable, noHooks } from './core/hook-table.ts';
import { type HookableOptions, reachedByGlobalHooks } from './core/hookable-options.ts';
import type { InputsOf, OutputOf } from './core/module-like.ts';
import { callAsync, callSync, type Target } from './core/pipeline.ts';
import type { TensorReader } from './core/reader.ts';
import { register } from './core/register.ts';
import { namedModules, ownEntries, submodule, walk } from './core/tree.ts';
import { type LogOptions, logger } from './log.ts';
import { type Observable, type OperatorFunction, observable } from './rx/chain.ts';
import { type ChunkOptions, isOptions, type ObserveOptions, observeIsolated } from './rx/observe.ts';
import { registerTransform } from './rx/transform.ts';

/** What a hook may give back: nothing (undefined or null: unchanged), a value, or a promise where forward is asynchronous. */
// biome-ignore lint/suspicious/noConfusingVoidType: a hook without a return statement returns void
export type HookResult<T> = T | undefined | null | void | Promise<T | undefined | null | void>;

/** One forward, as observers see it: after all hooks, what the caller gets. */
export type ForwardEvent<M extends Hookable = Hookable> = CoreForwardEvent<M>;

/** What the modules below a module are, as far as its type says: an adapter's layers, or any Hookable. */
export type ModuleIn<M extends Hookable> = M extends {
  namedChildren(): Iterable<readonly [string, infer C extends Hookable]>;
}
  ? C
  : Hookable;

/** The same, with the module itself. */
export type ModuleOf<M extends Hookable> = Hookable extends ModuleIn<M> ? Hookable : M | ModuleIn<M>;

/** What a hook may put in the output's place: anything where the module's type does not say, so that one hook fits all. */
// biome-ignore lint/suspicious/noExplicitAny: unknown would fit no module whose output has a type
type ReplacementOf<M extends Hookable> = unknown extends OutputOf<M> ? any : OutputOf<M>;

/**
 * Called with the module, the array of what forward received, and what it gave; may return another output. It has no
 * `this`. `call` numbers the module's calls from 0 as they start, while anything is registered on it or globally;
 * `receiver` is the object that an attached method ran on, and the module everywhere else. Without a type argument it
 * is a hook for any module.
 */
export type ForwardHook<M extends Hookable = Hookable> = (
  module: M,
  inputs: InputsOf<M>,
  output: OutputOf<M>,
  call: number,
  receiver: unknown,
) => HookResult<ReplacementOf<M>>;

/**
 * Called before forward with the module and the array of its inputs. May return other inputs: an array is all of
 * them, any other value is the only one. It has no `this`; `call` and `receiver` are those of {@link ForwardHook}.
 */
export type ForwardPreHook<M extends Hookable = Hookable> = (
  module: M,
  inputs: InputsOf<M>,
  call: number,
  receiver: unknown,
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

/** A Hookable is called as its `forward` is: `net('x')` does not compile where `net.forward('x')` would not. */
export interface Hookable {
  (...inputs: Parameters<this['forward']>): ReturnType<this['forward']>;
}

/**
 * Something with a `forward`, that is called like a function and runs hooks around it. `net(x)` runs them;
 * `net.forward(x)` does not run those of `net`, as in PyTorch.
 *
 * An instance is a closure that carries the class's prototype, itself on Function's: no Proxy, and nothing that a
 * strict content security policy would refuse. A function has a read-only `name` and `length` of its own: a class field
 * of that name (`name = 'encoder'`, or `name: string;` before the constructor) replaces them, but `this.name = …`
 * without one is a TypeError. Undoing that for every instance would make every call six times slower.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: a class cannot declare a call signature in any other way
export abstract class Hookable {
  // biome-ignore lint/suspicious/noExplicitAny: only so is a module with any forward assignable to Hookable
  abstract forward(...inputs: any[]): unknown;

  constructor(options: HookableOptions = {}) {
    const global = options[reachedByGlobalHooks] === true ? globalHooks : noHooks;
    const table = new HookTable(options, global);
    const { async = false, call, receiver } = options;
    // The call without hooks comes first and does nothing else. A rest parameter that is only ever spread again costs
    // V8 no array: that is why the pipeline takes the inputs spread too. The catch costs nothing until something is
    // thrown: it tells layertap's own errors where they are.
    const self = (call !== undefined
      ? (...inputs: unknown[]) => call(...inputs)
      : async
        ? async (...inputs: unknown[]) => {
            if (table.active || global.active) return callAsync(target, to, table.calls++, ...inputs);
            try {
              return await self.forward(...inputs);
            } catch (error) {
              throw located(error, self);
            }
          }
        : (...inputs: unknown[]) => {
            if (table.active || global.active) return callSync(target, to, table.calls++, ...inputs);
            try {
              return self.forward(...inputs);
            } catch (error) {
              throw located(error, self);
            }
          }) as unknown as this;
    const to = receiver ?? self;
    // Where something else receives the call, its forward is still a method of this.
    const callee = receiver === undefined ? self : { forward: (...inputs: never[]) => self.forward(...inputs) };
    const target: Target = { module: self, table, callee, mapInputs: undefined, around: undefined };
    Object.setPrototypeOf(self, new.target.prototype);
    giveHookTable(self, table);
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
    return register(hookTable(this), { kind: 'forward', hook, ...options });
  }

  /**
   * Registers a hook that runs before every forward of this module. What it returns becomes the inputs: an array is
   * all of them, another value the only one; undefined and null change nothing.
   * @throws TypeError for a hook that is not a function, or an unknown option
   */
  registerForwardPreHook(hook: ForwardPreHook<this>, options: ForwardPreHookOptions = {}): RemovableHandle {
    checkHook(`registerForwardPreHook() of ${className(this)}`, hook, options, ['prepend']);
    return register(hookTable(this), { kind: 'forward-pre', hook, ...options });
  }

  /**
   * Calls an observer after every forward, behind all hooks, with what the caller gets. It cannot disturb: what it
   * throws or rejects goes to the reporter, and after three errors in a row it is removed.
   * @param options `reporter`: who is told instead of the process's (see `setReporter`); `chunks`: where an output is a
   *   stream, which only the caller may read, an event for each chunk that the caller reads. Default false
   * @throws TypeError for an observer that is not a function, or an unknown option
   */
  observe(observer: (event: ChunkEvent<this>) => unknown, options: ObserveOptions & { chunks: true }): RemovableHandle;
  observe(observer: (event: ForwardEvent<this>) => unknown, options?: ObserveOptions): RemovableHandle;
  /** The events of this module as an RxJS Observable; cold, and by RxJS's own rules. Without a subscriber it costs nothing. */
  observe(): Observable<ForwardEvent<this>>;
  /** The same, with the chunks of streams: see `ChunkEvent`. */
  observe(options: Required<ChunkOptions>): Observable<ChunkEvent<this>>;
  observe(
    observer?: ((event: ForwardEvent<this>) => unknown) | Required<ChunkOptions>,
    options?: ObserveOptions,
  ): RemovableHandle | Observable<ForwardEvent<this>> {
    // biome-ignore lint/complexity/noArguments: observe(undefined) is a mistake, not a wish for an Observable
    if (arguments.length === 0) return observable<this>([['', this]]);
    if (isOptions(observer)) return observable<this>([['', this]], observer);
    return observeIsolated(this, '', observer!, options);
  }

  /**
   * Prints a line of statistics for every output: shape, mean, standard deviation, extremes, share of zeros.
   * @param options `every`: log each n-th call, default 1; `print`: what a line is given to, default `console.log`
   * @throws TypeError or RangeError for other options
   */
  log(options?: LogOptions): RemovableHandle {
    return observeIsolated<Hookable>(this, '', logger(options));
  }

  /**
   * Sends every output through RxJS operators, at this place among the hooks: what they emit before the call goes on is
   * the new output. None (a `filter`): unchanged. Several, or a promise: an error of that call. Later, or outside of a
   * call: reported. A chain that throws fails that call and begins anew; one that completes is removed, which is
   * reported.
   * @throws TypeError for what is not an operator; LateEmissionError for operators that emit while they are subscribed
   */
  transform(...operators: OperatorFunction<OutputOf<this>, OutputOf<this>>[]): RemovableHandle {
    return registerTransform(this, '', operators);
  }

  /**
   * The modules directly inside this one, as [name, module]: own enumerable properties, and those inside own arrays
   * and plain objects (`layers.0`, `heads.left`). A module that stands under two names comes twice. Everything that
   * walks a tree walks this, so a class that keeps its children elsewhere overrides it. A module of another copy of
   * layertap comes too; walking it is an error.
   * @throws Error where a child has the name of a method
   */
  *namedChildren(): Generator<[string, Hookable]> {
    yield* ownEntries(this, isOfAnyCopy);
  }

  /** The modules directly inside, each once. */
  *children(): Generator<ModuleIn<this>> {
    yield* new Set([...this.namedChildren()].map(([, child]) => child as ModuleIn<this>));
  }

  /** This module and all below it, parents first, each once. PyTorch's `apply(fn)` is a loop over it. */
  *modules(): Generator<ModuleOf<this>> {
    for (const { module } of walk(this, true)) yield module as ModuleOf<this>;
  }

  /**
   * This module ('') and all below it with their paths, parents first, each once unless `removeDuplicate` is false.
   * @throws Error where a module contains itself or one of another copy of layertap, or where two have one path
   */
  namedModules(options: { removeDuplicate?: boolean } = {}): Generator<[string, ModuleOf<this>]> {
    return namedModules(this, options) as Generator<[string, ModuleOf<this>]>;
  }

  /**
   * The module at a path such as `encoder.layers.0`; '' is this one.
   * @throws Error in PyTorch's words where the path leads nowhere, or to something that is not a module; Error that
   *   names both where it leads to two
   */
  getSubmodule(path: string): Hookable {
    return submodule(this, path);
  }

  toString(): string {
    return `${className(this)}()`;
  }

  static {
    Object.setPrototypeOf(Hookable.prototype, Function.prototype);
    // Function.prototype refuses to be read or written there; in a module they are names like any other.
    for (const key of ['arguments', 'caller']) {
      Object.defineProperty(Hookable.prototype, key, { value: undefined, writable: true, configurable: true });
    }
    // No member of the type: a class may have an apply of its own, and Function's has the right signature.
    Object.defineProperty(Hookable.prototype, 'apply', { value: applied, writable: true, configurable: true });
    printAsString(Hookable);
    brand(Hookable, 'Hookable');
  }
}

/** Function's `apply`, which PyTorch's `module.apply(fn)` would reach: it would call the module without inputs. */
function applied(this: Hookable, receiver: unknown, inputs?: ArrayLike<unknown>): unknown {
  if (typeof receiver === 'function' && inputs === undefined) {
    throw new TypeError(
      `${className(this)}.apply() calls the module, as any function's does\n  came: ${describe(receiver)}, and no inputs\n` +
        '  expected: for (const module of net.modules()) fn(module), to do what apply(fn) does in PyTorch',
    );
  }
  return Reflect.apply(this, receiver, inputs ?? []);
}

export function isHookable(value: unknown): value is Hookable {
  return value instanceof Hookable;
}

/** Whether a value is a Hookable, of this copy of layertap or another. */
export function isOfAnyCopy(value: unknown): value is Hookable {
  return value instanceof Hookable || isOfKind(value, 'Hookable');
}

/** Whether nobody listens to a module, globally included: only then may a faster way go past its call. */
export function isQuiet(module: Hookable): boolean {
  const table = hookTable(module);
  return !table.active && !table.global.active;
}

/** How the outputs of a module are read as tensors; undefined where nobody has said. */
export function readerOf(module: Hookable): TensorReader | undefined {
  return hookTable(module).reader;
}

/** What its maker says about a module. */
export function optionsOf(module: Hookable): HookableOptions {
  return hookTable(module).options;
}
