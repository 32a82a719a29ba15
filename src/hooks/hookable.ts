import { brand, className, describe, isOfKind, printAsString } from '../check/index.ts';
import type { Target } from './core/call-hook.ts';
import { checkHook } from './core/check-hook.ts';
import { type ChunkObserver, type ChunkSource, isChunkSource } from './core/chunk-observer.ts';
import type { ChunkEvent, ForwardEvent as CoreForwardEvent, ReadingEvent as CoreReadingEvent } from './core/event.ts';
import { located } from './core/forward-error.ts';
import type { RemovableHandle } from './core/handle.ts';
import { giveHookTable, globalHooks, HookTable, hookTable, noHooks } from './core/hook-table.ts';
import { type HookableOptions, reachedByGlobalHooks } from './core/hookable-options.ts';
import type { InputsOf, OutputOf } from './core/module-like.ts';
import { callSync } from './core/pipeline.ts';
import { callAsync } from './core/pipeline-async.ts';
import type { TensorReader } from './core/reader.ts';
import { register } from './core/register.ts';
import { namedModules, ownEntries, submodule, walk } from './core/tree.ts';
import { type AnyObserver, type ObserveOptions, observeIsolated, type ReadOptions } from './isolated-observer.ts';
import { type LogOptions, logger } from './log.ts';
import type { OperatorFunction } from './rx/chain.ts';
import { type Observable, observable } from './rx/observable.ts';
import { registerTransform } from './rx/transform.ts';

/** The return value of a hook: undefined or null to change nothing, a value, or a promise if forward is asynchronous. */
// biome-ignore lint/suspicious/noConfusingVoidType: a hook without a return statement returns void
export type HookResult<T> = T | undefined | null | void | Promise<T | undefined | null | void>;

/** One call, as observers see it: after all hooks, with what the caller gets. */
export type ForwardEvent<M extends Hookable = Hookable> = CoreForwardEvent<M>;

/**
 * One call, for an observer with the option `reads`. `output` is the output, or has stand-ins in place of its tensors, which
 * `reader` reads: `shape` and `summarize`, and with `reads: 'values'` also `values`.
 */
export type ReadingEvent<M extends Hookable = Hookable> = CoreReadingEvent<M>;

/** The type of the modules below a module, if its type tells: an adapter's layers, or any Hookable. */
export type ModuleIn<M extends Hookable> = M extends {
  namedChildren(): Iterable<readonly [string, infer C extends Hookable]>;
}
  ? C
  : Hookable;

/** The same, with the module itself. */
export type ModuleOf<M extends Hookable> = Hookable extends ModuleIn<M> ? Hookable : M | ModuleIn<M>;

/** The type of a replacement: anything if the module's type does not tell, so that one hook fits all modules. */
// biome-ignore lint/suspicious/noExplicitAny: unknown would fit no module whose output has a type
type ReplacementOf<M extends Hookable> = unknown extends OutputOf<M> ? any : OutputOf<M>;

/**
 * A hook on outputs: gets the module, the array of inputs and the output, and may return another output. It has no `this`.
 * `call` is the number of the call: calls are numbered from 0 as they start, while anything is registered on the module or
 * globally. `receiver` is the object that an attached method ran on, otherwise the module. Without a type argument it fits
 * any module.
 */
export type ForwardHook<M extends Hookable = Hookable> = (
  module: M,
  inputs: InputsOf<M>,
  output: OutputOf<M>,
  call: number,
  receiver: unknown,
) => HookResult<ReplacementOf<M>>;

/**
 * A hook on inputs: gets the module and the array of inputs, and may return other inputs: an array is all of them, any
 * other value the only one. It has no `this`; `call` and `receiver` are those of {@link ForwardHook}.
 */
export type ForwardPreHook<M extends Hookable = Hookable> = (
  module: M,
  inputs: InputsOf<M>,
  call: number,
  receiver: unknown,
) => HookResult<InputsOf<M> | Parameters<M['forward']>[0]>;

/** Options of `registerForwardHook`. */
export interface ForwardHookOptions {
  /** Run before the module's other own hooks. Default false. */
  prepend?: boolean;
  /** Also run if the call throws, with the latest inputs and output (undefined if forward did not finish). Default false. */
  alwaysCall?: boolean;
}

/** Options of `registerForwardPreHook`. */
export interface ForwardPreHookOptions {
  /** Run before the module's other own pre-hooks. Default false. */
  prepend?: boolean;
}

/** A Hookable has the call signature of its `forward`: `net('x')` compiles if `net.forward('x')` does. */
export interface Hookable {
  (...inputs: Parameters<this['forward']>): ReturnType<this['forward']>;
}

/**
 * An object with a `forward` that is called like a function and runs hooks around it. `net(x)` runs the hooks of `net`,
 * `net.forward(x)` does not, as in PyTorch.
 *
 * An instance is a closure with the class's prototype, which inherits from Function's: no Proxy and no generated code, so
 * that it works under a strict content security policy. A function has read-only own properties `name` and `length`. A
 * class field (`name = 'encoder'`, or `name: string;` before the constructor) replaces them; `this.name = …` without a
 * field is a TypeError. Making them writable on every instance would slow each call down six times.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: a class cannot declare a call signature in any other way
export abstract class Hookable {
  // biome-ignore lint/suspicious/noExplicitAny: only so is a module with any forward assignable to Hookable
  abstract forward(...inputs: any[]): unknown;

  constructor(options: HookableOptions = {}) {
    const global = options[reachedByGlobalHooks] === true ? globalHooks : noHooks;
    const table = new HookTable(options, global);
    const { async = false, call, receiver } = options;
    // V8 allocates no array for a rest parameter that is only spread again, so the pipeline takes spread inputs too. The
    // catch costs nothing until something is thrown; it adds the module to the path of layertap's own errors.
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
    // With another receiver, forward is still a method of this Hookable.
    const callee = receiver === undefined ? self : { forward: (...inputs: never[]) => self.forward(...inputs) };
    const target: Target = { module: self, table, callee, mapInputs: undefined, calls: undefined };
    Object.setPrototypeOf(self, new.target.prototype);
    giveHookTable(self, table);
    // biome-ignore lint/correctness/noConstructorReturn: this is what makes an instance callable
    return self;
  }

  /**
   * Registers a hook that runs after every forward of this module. Its return value becomes the output; undefined and null
   * change nothing.
   * @throws TypeError for a hook that is not a function, or an unknown option
   */
  registerForwardHook(hook: ForwardHook<this>, options: ForwardHookOptions = {}): RemovableHandle {
    checkHook(`registerForwardHook() of ${className(this)}`, hook, options, ['prepend', 'alwaysCall']);
    return register(hookTable(this), { kind: 'forward', hook, ...options });
  }

  /**
   * Registers a hook that runs before every forward of this module. Its return value becomes the inputs: an array is all of
   * them, another value the only one; undefined and null change nothing.
   * @throws TypeError for a hook that is not a function, or an unknown option
   */
  registerForwardPreHook(hook: ForwardPreHook<this>, options: ForwardPreHookOptions = {}): RemovableHandle {
    checkHook(`registerForwardPreHook() of ${className(this)}`, hook, options, ['prepend']);
    return register(hookTable(this), { kind: 'forward-pre', hook, ...options });
  }

  /**
   * Calls an observer after every forward and all its hooks, with what the caller gets. It cannot disturb the call: its
   * errors and rejections go to the reporter, and after three in a row it is removed.
   * @param observer a function; {@link chunks} of a function to see the chunks of streams
   * @param options `reporter`: gets the errors, default: the reporter of the process (see `setReporter`). `reads`: the observer
   *   only reads statistics of outputs (`reader.summarize`), or their values, inside the call; then the layers of a Sequential
   *   need not be copied out of WebAssembly, and a device need not be read
   * @throws TypeError for an observer that is neither, or an unknown option
   */
  observe(observer: ChunkObserver<this>, options?: ObserveOptions): RemovableHandle;
  observe(observer: (event: ForwardEvent<this>) => unknown, options?: ObserveOptions): RemovableHandle;
  observe(observer: (event: ReadingEvent<this>) => unknown, options: ReadOptions): RemovableHandle;
  /** The events of this module as a cold RxJS Observable. Without a subscriber it costs nothing. */
  observe(): Observable<ForwardEvent<this>>;
  /** The same, with the chunks of streams: `observe(chunks())`. */
  observe(source: ChunkSource): Observable<ChunkEvent<this>>;
  observe(
    observer?: AnyObserver<this> | ChunkSource,
    options?: ObserveOptions | ReadOptions,
  ): RemovableHandle | Observable<ForwardEvent<this>> {
    // biome-ignore lint/complexity/noArguments: observe(undefined) is a mistake, not a wish for an Observable
    if (arguments.length === 0) return observable<this>([['', this]]);
    if (isChunkSource(observer) && !('observer' in observer)) return observable<this>([['', this]], observer);
    return observeIsolated<Hookable>(this, '', observer as AnyObserver<Hookable>, options);
  }

  /**
   * Prints a line of statistics for every output: shape, mean, standard deviation, extremes, share of zeros.
   * @param options `every`: log each n-th call, default 1; `print`: gets each line, default `console.log`
   * @throws TypeError or RangeError for other options
   */
  log(options?: LogOptions): RemovableHandle {
    return observeIsolated<Hookable>(this, '', logger(options), { reads: 'statistics' });
  }

  /**
   * Sends every output through RxJS operators, in the order of the hooks. The value that they emit synchronously is the new
   * output. No value (a `filter`) leaves the output as it is; several, or a promise, are an error of the call; a value
   * emitted outside a call is reported. A chain that throws fails the call and is rebuilt; one that completes is removed,
   * which is reported.
   * @throws TypeError for anything but operators; LateEmissionError for operators that emit while they are subscribed
   */
  transform(...operators: OperatorFunction<OutputOf<this>, OutputOf<this>>[]): RemovableHandle {
    return registerTransform(this, '', operators);
  }

  /**
   * The modules directly inside this one, as [name, module]: own enumerable properties, and those in own arrays and plain
   * objects (`layers.0`, `heads.left`). A module with two names comes twice. All walks of the tree use this method; a class
   * that keeps its children elsewhere overrides it. Includes modules of another copy of layertap, which cannot be walked.
   * @throws Error if a child has the name of a method
   */
  *namedChildren(): Generator<[string, Hookable]> {
    yield* ownEntries(this, isOfAnyCopy);
  }

  /** The modules directly inside this one, each once. */
  *children(): Generator<ModuleIn<this>> {
    yield* new Set([...this.namedChildren()].map(([, child]) => child as ModuleIn<this>));
  }

  /** This module and all below it, parents first, each once. A loop over it does what PyTorch's `apply(fn)` does. */
  *modules(): Generator<ModuleOf<this>> {
    for (const { module } of walk(this, true)) yield module as ModuleOf<this>;
  }

  /**
   * This module ('') and all below it with their paths, parents first, each once unless `removeDuplicate` is false.
   * @throws Error if a module contains itself or one of another copy of layertap, or if two have the same path
   */
  namedModules(options: { removeDuplicate?: boolean } = {}): Generator<[string, ModuleOf<this>]> {
    return namedModules(this, options) as Generator<[string, ModuleOf<this>]>;
  }

  /**
   * The module at a path such as `encoder.layers.0`; '' is this one.
   * @throws Error in PyTorch's words, with the nearest paths, if the path leads nowhere or to something that is not a module;
   *   Error that names both if it leads to two
   */
  getSubmodule(path: string): Hookable {
    return submodule(this, path);
  }

  toString(): string {
    return `${className(this)}()`;
  }

  static {
    Object.setPrototypeOf(Hookable.prototype, Function.prototype);
    // Accessing them on Function.prototype throws; in a module they are ordinary names.
    for (const key of ['arguments', 'caller']) {
      Object.defineProperty(Hookable.prototype, key, { value: undefined, writable: true, configurable: true });
    }
    // Not in the type: a subclass may have its own apply.
    Object.defineProperty(Hookable.prototype, 'apply', { value: applied, writable: true, configurable: true });
    printAsString(Hookable);
    brand(Hookable, 'Hookable');
  }
}

/** Function's `apply`, except that `module.apply(fn)`, as in PyTorch, is an error instead of a call without inputs. */
function applied(this: Hookable, receiver: unknown, inputs?: ArrayLike<unknown>): unknown {
  if (typeof receiver === 'function' && inputs === undefined) {
    throw new TypeError(
      `${className(this)}.apply() calls the module, as any function's does\n  got: ${describe(receiver)}, and no inputs\n` +
        '  expected: for (const module of net.modules()) fn(module), to do what apply(fn) does in PyTorch',
    );
  }
  return Reflect.apply(this, receiver, inputs ?? []);
}

export function isHookable(value: unknown): value is Hookable {
  return value instanceof Hookable;
}

/** Also true for a Hookable of another copy of layertap. */
export function isOfAnyCopy(value: unknown): value is Hookable {
  return value instanceof Hookable || isOfKind(value, 'Hookable');
}

/** Whether nothing is registered on a module or globally. Only then may its call be skipped. */
export function isQuiet(module: Hookable): boolean {
  const table = hookTable(module);
  return !table.active && !table.global.active;
}

/** Whether something is registered on a module, all of it observers that read outputs, and nothing globally. */
export function isOnlyRead(module: Hookable): boolean {
  const table = hookTable(module);
  return table.onlyReads && !table.global.active;
}

export function readerOf(module: Hookable): TensorReader | undefined {
  return hookTable(module).reader;
}

export function optionsOf(module: Hookable): HookableOptions {
  return hookTable(module).options;
}
