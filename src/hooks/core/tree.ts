/** @file The tree of modules: which properties are children, and every module below a root with its path. */
import { check, className, describe, isForeign, isOfKind, nearestLine, STRING } from '../../check/index.ts';
import { describeModule, describePlace } from './describe-module.ts';
import type { ModuleLike } from './module-like.ts';

/**
 * The own enumerable properties of an object that pass a test, and those inside its arrays and plain objects, with
 * dotted names: `fc1`, `layers.0`, `heads.left`. A container that two properties share comes under both names; within
 * one property it comes once.
 * @throws Error if such a property hides a method
 */
export function* ownEntries<T>(owner: object, is: (value: unknown) => value is T): Generator<[string, T]> {
  const seen = new Set<object>();
  const methods = Object.getPrototypeOf(owner) as object;

  function* below(container: object, prefix: string, top?: string): Generator<[string, T]> {
    for (const key of Object.keys(container)) {
      // Within a property each container is visited once: the number of paths through shared objects is exponential.
      if (top === undefined) seen.clear();
      const value = (container as Record<string, unknown>)[key];
      if (value === null || (typeof value !== 'object' && typeof value !== 'function')) continue;
      const name = prefix + key;
      if (is(value)) {
        const property = top ?? key;
        if (isMethod(methods, property)) {
          throw new Error(
            `${className(owner)}.${property} hides the method ${property}(): give this ${className(value)} another name`,
          );
        }
        yield [name, value];
      } else if (isContainer(value) && !seen.has(value)) {
        seen.add(value);
        yield* below(value, `${name}.`, top ?? key);
      }
    }
  }
  yield* below(owner, '');
}

/** Whether modules inside an object are children of its owner. */
export function isContainer(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Whether a class has a method of that name. Does not run accessors. */
function isMethod(prototype: object | null, key: string): boolean {
  for (let at = prototype; at !== null; at = Object.getPrototypeOf(at)) {
    const descriptor = Object.getOwnPropertyDescriptor(at, key);
    if (descriptor !== undefined) return typeof descriptor.value === 'function' && key !== 'constructor';
  }
  return false;
}

/** A module at one place in the tree. */
export interface TreeEntry<M extends ModuleLike = ModuleLike> {
  /** The names from the root, joined by dots; '' for the root. */
  readonly path: string;
  /** Its name in the parent: `fc1`, `layers.0`. */
  readonly name: string;
  readonly module: M;
  /** Undefined for the root. */
  readonly parent: TreeEntry<M> | undefined;
}

/**
 * A root and every module below it, parents first. With `removeDuplicate`, a module in several places comes once, at the
 * first. Two modules may have the same path.
 * @param leadsOn whether to visit a path; default: all of them
 * @throws Error if a module contains itself, or one of another copy of layertap
 */
export function* walk<M extends ModuleLike>(
  root: M,
  removeDuplicate: boolean,
  leadsOn: (path: string) => boolean = () => true,
): Generator<TreeEntry<M>> {
  const seen = new Set<M>();
  const ancestors = new Map<M, string>();

  function* below(entry: TreeEntry<M>): Generator<TreeEntry<M>> {
    const { path, module } = entry;
    const above = ancestors.get(module);
    if (above !== undefined) {
      throw new Error(
        `"${path}" of ${className(root)} is ${above === '' ? 'the root' : `"${above}"`} again: a module cannot contain itself. ` +
          'Keep a reference back in a #private field, where the tree does not see it',
      );
    }
    if (removeDuplicate && seen.has(module)) return;
    seen.add(module);
    yield entry;
    ancestors.set(module, path);
    for (const [name, child] of module.namedChildren()) {
      const childPath = entry.parent === undefined ? name : `${path}.${name}`;
      if (!leadsOn(childPath)) continue;
      checkCopy(childPath, root, child);
      yield* below({ path: childPath, name, module: child as M, parent: entry });
    }
    ancestors.delete(module);
  }
  yield* below({ path: '', name: '', module: root, parent: undefined });
}

/** The same. @throws Error that names both modules if two have the same path */
export function* entries<M extends ModuleLike>(root: M, removeDuplicate: boolean): Generator<TreeEntry<M>> {
  const taken = new Map<string, TreeEntry<M>>();
  for (const entry of walk(root, removeDuplicate)) {
    const other = taken.get(entry.path);
    if (other === undefined) taken.set(entry.path, entry);
    else if (other.module !== entry.module) throw samePath(root, other, entry);
    yield entry;
  }
}

/**
 * A root and every module below it, parents first, as [path, module]; the path of the root is ''. A module in several
 * places comes once, under its first path, unless `removeDuplicate` is false.
 * @throws Error if a module contains itself or one of another copy of layertap, or if two modules have the same path
 */
export function* namedModules<M extends ModuleLike>(
  root: M,
  { removeDuplicate = true }: { removeDuplicate?: boolean } = {},
): Generator<[string, M]> {
  for (const { path, module } of entries(root, removeDuplicate)) yield [path, module];
}

function samePath(root: ModuleLike, ...both: readonly TreeEntry[]): Error {
  const [one, other] = both.map(({ name, module, parent }) => {
    const owner = parent && `"${name}" of ${describePlace(parent.module, parent.path)}`;
    return `${describeModule(module)}, ${owner ?? 'the root'}`;
  });
  return pathError(root, 'modules', both[0]!.path, one!, other!);
}

/** The error for two modules or parameters with the same path: a record by path would lose one. */
export function pathError(root: ModuleLike, what: string, path: string, one: string, other: string): Error {
  return new Error(
    `two ${what} of ${className(root)} have the path "${path}"\n  one is: ${one}\n  the other is: ${other}\n` +
      '  expected: names that make different paths; a dot inside a name reads like one between two names',
  );
}

function checkCopy(path: string, root: ModuleLike, module: ModuleLike): void {
  if (!isForeign(module)) return;
  throw new Error(
    `"${path}" of ${className(root)} is ${describe(module)}: the two cannot be walked, hooked or loaded together\n` +
      '  expected: one copy of layertap; two in node_modules (npm ls layertap), or a bundle beside a CDN, are the usual cause',
  );
}

/**
 * The module at a path below a root; '' is the root.
 * @throws TypeError unless it is a string; Error in PyTorch's words, with the nearest paths, if it leads nowhere or to something
 *   that is not a module; Error that names both if it leads to two modules
 */
export function submodule<M extends ModuleLike>(root: M, path: string): M {
  check('getSubmodule()', 'the path', path, STRING);
  if (path === '') return root;
  const found = new Map<M, TreeEntry<M>>();
  /** The deepest module on the path, and the rest of the path below it. */
  let last = { module: root, rest: path };
  for (const entry of walk(root, false, (at) => path === at || path.startsWith(`${at}.`))) {
    if (entry.path === path) found.set(entry.module, entry);
    const rest = path.slice(entry.path === '' ? 0 : entry.path.length + 1);
    if (rest.length < last.rest.length) last = { module: entry.module, rest };
  }
  const [first, second] = found.values();
  if (second !== undefined) throw samePath(root, first!, second);
  if (first !== undefined) return first.module;
  const came = `\n  got: the path "${path}" under ${className(root)}`;
  throw noSubmodule(last.module, last.rest, came, nearestLine(path, pathsBelow(root)));
}

/** The paths below a module, as far as its tree can be walked. */
function pathsBelow(root: ModuleLike): string[] {
  const paths: string[] = [];
  try {
    for (const { path } of walk(root, true)) if (path !== '') paths.push(path);
  } catch {
    // A module that contains itself: the error is about another path.
  }
  return paths;
}

/** The error in PyTorch's words that says what the path leads to. */
function noSubmodule(module: ModuleLike, rest: string, came: string, offer: string): Error {
  let at: object = module;
  let what = rest;
  for (const name of rest.split('.')) {
    const next: unknown = (at as Record<string, unknown>)[name];
    if (next === undefined) return new Error(`${className(at)} has no attribute \`${name}\`${came}${offer}`);
    at = next as object;
    if (next !== null && typeof next === 'object' && isContainer(next)) continue;
    what = name;
    break;
  }
  return new Error(`\`${what}\` is not an nn.Module${came}\n  it is: ${describe(at)}${offer}`);
}

/** Properties that hold modules in containers which the tree does not search, each described for a message. */
export function hiddenModules(root: ModuleLike): string[] {
  const found: string[] = [];
  for (const { path, module } of walk(root, true)) {
    for (const [key, value] of Object.entries(module)) {
      if (!holdsModules(value)) continue;
      found.push(
        `"${key}" of ${path || className(root)}, ${describe(value)} that holds modules; expected an array, a plain object or a ModuleDict`,
      );
    }
  }
  return found;
}

/** Whether a value that the tree does not search has modules inside. False if it cannot be read. */
function holdsModules(value: unknown): boolean {
  if (value === null || typeof value !== 'object' || isContainer(value) || ArrayBuffer.isView(value)) return false;
  try {
    const inside = value instanceof Map || value instanceof Set ? value.values() : Object.values(value);
    return [...inside].some(isHookableLike);
  } catch {
    return false;
  }
}

const isHookableLike = (value: unknown) => isOfKind(value, 'Hookable');
