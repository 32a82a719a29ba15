/** @file Walking modules: what counts as a child, and every module below a root. */
import { className } from '../check/index.ts';
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
