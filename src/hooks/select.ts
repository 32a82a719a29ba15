/** @file Selecting modules of a tree by path, class or predicate, and hooking all of them or none. */
import {
  absorb,
  brand,
  className,
  describe,
  isClass,
  isThenable,
  mismatch,
  nearestLine,
  quote,
} from '../check/index.ts';
import { type ChunkObserver, type ChunkSource, isChunkSource } from './core/chunk-observer.ts';
import type { ChunkEvent, ForwardEvent } from './core/event.ts';
import { type Handle, handleOf, removeAll } from './core/handle.ts';
import type { OutputOf } from './core/module-like.ts';
import { entries, hiddenModules, type TreeEntry } from './core/tree.ts';
import { globMatcher } from './glob.ts';
import {
  type ForwardHook,
  type ForwardHookOptions,
  type ForwardPreHook,
  type ForwardPreHookOptions,
  Hookable,
  type ModuleIn,
  type ModuleOf,
  type ReadingEvent,
} from './hookable.ts';
import { type AnyObserver, type ObserveOptions, observeIsolated, type ReadOptions } from './isolated-observer.ts';
import { type LogOptions, logger } from './log.ts';
import type { OperatorFunction } from './rx/chain.ts';
import { type Observable, observable } from './rx/observable.ts';
import { registerTransform } from './rx/transform.ts';

/** A class of modules, abstract ones too. */
export type ModuleClass<M extends Hookable> = abstract new (...args: never[]) => M;

/**
 * A glob over paths (`*` within a name, `?` one character, `**` any number of names; a layer called `conv.1` is one name), a
 * RegExp over paths, a class, or a predicate. A list of globs selects what any of them matches; each must match something.
 */
export type Selector<M extends Hookable = Hookable> =
  | string
  | readonly string[]
  | RegExp
  | ModuleClass<M>
  | ((path: string, module: Hookable) => boolean);

/** A fixed list of modules with their paths. Its methods are those of a module, applied to all. */
export class Selection<M extends Hookable = Hookable> implements Iterable<readonly [string, M]> {
  static readonly className: string = 'Selection';
  readonly #modules: readonly (readonly [string, M])[];

  constructor(modules: readonly (readonly [string, M])[]) {
    this.#modules = modules;
  }

  get size(): number {
    return this.#modules.length;
  }

  *[Symbol.iterator](): Generator<readonly [string, M]> {
    yield* this.#modules;
  }

  /** Registers the hook on every module, or on none if that fails. @throws as on one module */
  registerForwardHook(hook: ForwardHook<M>, options?: ForwardHookOptions): Handle {
    return this.#all((_path, module) => module.registerForwardHook(hook, options));
  }

  /** Registers the pre-hook on every module, or on none if that fails. @throws as on one module */
  registerForwardPreHook(hook: ForwardPreHook<M>, options?: ForwardPreHookOptions): Handle {
    return this.#all((_path, module) => module.registerForwardPreHook(hook, options));
  }

  /** As on one module; `event.path` tells which. Errors are counted for each module. */
  observe(observer: ChunkObserver<M>, options?: ObserveOptions): Handle;
  observe(observer: (event: ForwardEvent<M>) => unknown, options?: ObserveOptions): Handle;
  observe(observer: (event: ReadingEvent<M>) => unknown, options: ReadOptions): Handle;
  /** The events of all modules as one Observable. */
  observe(): Observable<ForwardEvent<M>>;
  /** The same, with the chunks of streams: `observe(chunks())`. */
  observe(source: ChunkSource): Observable<ChunkEvent<M>>;
  observe(
    observer?: AnyObserver<M> | ChunkSource,
    options?: ObserveOptions | ReadOptions,
  ): Handle | Observable<ForwardEvent<M>> {
    // biome-ignore lint/complexity/noArguments: observe(undefined) is a mistake, not a wish for an Observable
    if (arguments.length === 0) return observable<M>(this.#modules);
    if (isChunkSource(observer) && !('observer' in observer)) return observable<M>(this.#modules, observer);
    return this.#all((path, module) => observeIsolated<M>(module, path, observer as AnyObserver<M>, options));
  }

  /** As on one module, with a separate chain for each. */
  transform(...operators: OperatorFunction<OutputOf<M>, OutputOf<M>>[]): Handle {
    return this.#all((path, module) => registerTransform<M>(module, path, operators));
  }

  /** As on one module. */
  log(options?: LogOptions): Handle {
    return this.#all((path, module) => observeIsolated<M>(module, path, logger(options), { reads: 'statistics' }));
  }

  #all(register: (path: string, module: M) => { remove(): void }): Handle {
    const handles: { remove(): void }[] = [];
    const remove = () => removeAll(handles);
    try {
      for (const [path, module] of this.#modules) handles.push(register(path, module));
    } catch (error) {
      remove();
      throw error;
    }
    return handleOf(remove);
  }

  static {
    brand(Selection, 'Selection');
  }
}

/**
 * Selects modules of a tree. Each comes once, under its first path that matches; a glob does not match the root.
 *
 * The type of the modules follows from a class, from a predicate that is a type guard, or from the type of an adapter's
 * root. Otherwise name it yourself, as with `querySelector`; nothing checks it.
 * @example
 * select(net, 'encoder.*.fc?').log();
 * select(net, Linear).observe(({ path, output }) => writer.addHistogram(path, output));
 * select<Linear>(net, 'encoder.*.fc?').observe(({ path, output }) => writer.addHistogram(path, output));
 * @throws TypeError for a selector of another kind or a malformed glob; Error with the nearest names if nothing matches;
 *   Error if two modules have the same path, or one is of another copy of layertap
 */
export function select<R extends Hookable, M extends ModuleOf<R>>(
  root: R,
  selector: (path: string, module: ModuleOf<R>) => module is M,
): Selection<ModuleIn<R> extends M ? ModuleIn<R> : M>;
export function select<M extends Hookable>(root: Hookable, selector: ModuleClass<M>): Selection<M>;
// Two type parameters, so that a call with one type argument picks the last overload.
export function select<R extends Hookable, M extends ModuleIn<R>>(
  root: R,
  selector: string | readonly string[],
): Selection<M>;
export function select<R extends Hookable, M extends ModuleOf<R>>(
  root: R,
  selector: RegExp | ((path: string, module: M) => boolean),
): Selection<M>;
export function select<M extends Hookable = Hookable>(root: Hookable, selector: Selector): Selection<M>;
export function select(root: Hookable, selector: Selector): Selection {
  if (!(root instanceof Hookable)) throw mismatch('select()', 'the root', 'a module', root);
  const selectors = Array.isArray(selector) && selector.length > 0 ? (selector as readonly string[]) : [selector];
  const unmatched = new Map(selectors.map((one) => [one, matcher(one)]));
  const matchers = [...unmatched];
  const found = new Map<Hookable, string>();
  const paths: string[] = [];
  for (const entry of entries(root, false)) {
    const { path, module } = entry;
    paths.push(path);
    for (const [one, matches] of matchers) {
      if ((found.has(module) && !unmatched.has(one)) || !matches(entry)) continue;
      unmatched.delete(one);
      if (!found.has(module)) found.set(module, path);
    }
  }
  for (const [one] of unmatched) throw new Error(nothingMatches(root, one, paths));
  return new Selection([...found].map(([module, path]) => [path, module] as const));
}

function matcher(selector: Selector): (entry: TreeEntry<Hookable>) => boolean {
  if (typeof selector === 'string') return globMatcher(selector);
  if (selector instanceof RegExp) {
    // A global or sticky RegExp has state.
    const expression = new RegExp(selector.source, selector.flags.replace(/[gy]/g, ''));
    return ({ path }) => expression.test(path);
  }
  if (isClassOfModules(selector)) return ({ module }) => module instanceof selector;
  if (typeof selector !== 'function' || selector instanceof Hookable || isClass(selector)) {
    throw new TypeError(
      `select(): the selector must be a glob, a list of globs, a RegExp, a class of modules or a predicate, got ${describe(selector)}`,
    );
  }
  return ({ path, module }) => {
    const chosen: unknown = (selector as (path: string, module: Hookable) => boolean)(path, module);
    if (!isThenable(chosen)) return Boolean(chosen);
    absorb(chosen);
    throw new TypeError(`select(): the predicate must give true or false, got a promise for ${JSON.stringify(path)}`);
  };
}

const isClassOfModules = (selector: Selector): selector is ModuleClass<Hookable> =>
  typeof selector === 'function' && (selector === Hookable || selector.prototype instanceof Hookable);

const OFFERED = 5;
/** More of a selector is not shown. */
const LONGEST = 100;

function nothingMatches(root: Hookable, selector: Selector, paths: readonly string[]): string {
  const names = paths.filter((path) => path !== '');
  let what = selector instanceof RegExp ? String(selector) : describe(selector);
  let offer = `\n  its modules: ${names.slice(0, OFFERED).join(', ')}`;
  if (typeof selector === 'string') {
    what = quote(selector, LONGEST);
    offer = nearestLine(selector, names);
  }
  if (names.length === 0) offer = '\n  it has no modules inside';
  const hidden = hiddenModules(root).map((one) => `\n  not searched: ${one}`);
  return `select(): nothing in ${className(root)} matches ${what}${offer}${hidden.join('')}`;
}
