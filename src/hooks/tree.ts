/** @file Walking modules: what counts as a child, and every module below a root. */
import { className, describe } from '../check/index.ts';
import type { Hookable } from './hookable.ts';

/**
 * The own enumerable properties of an object that pass a test, and those inside its arrays and plain objects, with
 * dotted names: `fc1`, `layers.0`, `heads.left`.
 * @throws Error where such a property has the name of a method, which it would hide
 */
export function* ownEntries<T>(owner: object, is: (value: unknown) => value is T): Generator<[string, T]> {
  const seen = new Set<object>();
  const methods = Object.getPrototypeOf(owner) as object;

  function* below(container: object, prefix: string): Generator<[string, T]> {
    for (const key of Object.keys(container)) {
      const value = (container as Record<string, unknown>)[key];
      if (value === null || (typeof value !== 'object' && typeof value !== 'function')) continue;
      const name = prefix + key;
      if (is(value)) {
        if (prefix === '' && isMethod(methods, key)) {
          throw new Error(
            `${className(owner)}.${key} hides the method ${key}(): give this ${className(value)} another name`,
          );
        }
        yield [name, value];
      } else if (isContainer(value) && !seen.has(value)) {
        seen.add(value);
        yield* below(value, `${name}.`);
      }
    }
  }
  yield* below(owner, '');
}

function isContainer(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Whether a class has a method of that name; accessors are not run to find out. */
function isMethod(prototype: object | null, key: string): boolean {
  for (let at = prototype; at !== null; at = Object.getPrototypeOf(at)) {
    const descriptor = Object.getOwnPropertyDescriptor(at, key);
    if (descriptor !== undefined) return typeof descriptor.value === 'function' && key !== 'constructor';
  }
  return false;
}

/**
 * A root and every module below it, parents before children, as [path, module]; the root's path is ''. A module that
 * stands in several places comes once, under its first path, unless `removeDuplicate` is false.
 * @throws Error where a module contains itself
 */
export function* namedModules(
  root: Hookable,
  { removeDuplicate = true }: { removeDuplicate?: boolean } = {},
): Generator<[string, Hookable]> {
  const seen = new Set<Hookable>();
  const ancestors = new Map<Hookable, string>();

  function* walk(module: Hookable, path: string): Generator<[string, Hookable]> {
    const above = ancestors.get(module);
    if (above !== undefined) {
      throw new Error(
        `"${path}" of ${className(root)} is ${above === '' ? 'the root' : `"${above}"`} again: a module cannot contain itself. ` +
          'Keep a reference back in a #private field, where the tree does not see it',
      );
    }
    if (removeDuplicate && seen.has(module)) return;
    seen.add(module);
    yield [path, module];
    ancestors.set(module, path);
    for (const [name, child] of module.namedChildren()) yield* walk(child, path === '' ? name : `${path}.${name}`);
    ancestors.delete(module);
  }
  yield* walk(root, '');
}

/**
 * The module at a path below a root; '' is the root.
 * @throws TypeError for what is not a path; Error in PyTorch's words where it leads nowhere, or to something that is not
 *   a module
 */
export function submodule(root: Hookable, path: string): Hookable {
  if (typeof path !== 'string') throw new TypeError(`getSubmodule(): a path expected, got ${describe(path)}`);
  if (path === '') return root;
  /** How far the path can be followed: the last module on it, and what is left of the path there. */
  let last = { module: root, rest: path };

  // Names may hold dots themselves (`layers.0`), so the path is matched name by name and not split.
  function search(module: Hookable, rest: string): Hookable | undefined {
    if (rest.length < last.rest.length) last = { module, rest };
    for (const [name, child] of module.namedChildren()) {
      if (name === rest) return child;
      const found = rest.startsWith(`${name}.`) ? search(child, rest.slice(name.length + 1)) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  }
  return (
    search(root, path) ?? noSubmodule(last.module, last.rest, `\n  came: the path "${path}" under ${className(root)}`)
  );
}

/** What is at the path instead, in PyTorch's words. */
function noSubmodule(module: Hookable, rest: string, came: string): never {
  let at: object = module;
  for (const name of rest.split('.')) {
    const next: unknown = (at as Record<string, unknown>)[name];
    if (next === undefined) throw new Error(`${className(at)} has no attribute \`${name}\`${came}`);
    if (next === null || typeof next !== 'object' || !isContainer(next)) {
      throw new Error(`\`${name}\` is not an nn.Module${came}\n  it is: ${describe(next)}`);
    }
    at = next;
  }
  throw new Error(`\`${rest}\` is not an nn.Module${came}\n  it is: ${describe(at)}`);
}
