import { className, isOfKind, isPlainObject, mismatch } from '../check/index.ts';
import { isHookable } from '../hooks/index.ts';
import { Module } from './module.ts';
import { ModuleArray } from './module-array.ts';
import { ModuleDict } from './module-dict.ts';
import { isParameter, Parameter } from './parameter.ts';
import { Sequential } from './sequential.ts';

/**
 * A copy of a module and all below it, without any hooks: its parameters are copies, and what is shared in the model is shared in the
 * copy. Other fields are the same objects. No constructor of yours runs, so `#private` fields of your classes are missing in the copy: a
 * class with some needs a way of its own.
 * @example const frozen = clone(net); // what net is now, whatever is registered on it or loaded into it
 * @throws TypeError for what is no module, or a module inside that is none of layertap's own
 */
export function clone<M extends Module>(module: M): M {
  if (!(module instanceof Module)) throw mismatch('clone()', 'the first argument', 'a Module', module);
  const copies = new Map<object, unknown>();
  const copyOf = (value: unknown): unknown => {
    if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return value;
    const known = copies.get(value);
    if (known !== undefined) return known;
    if (value instanceof Module) return moduleCopy(value);
    if (isHookable(value) || isOfKind(value, 'Hookable')) {
      throw new TypeError(`clone(): the modules of ${className(module)} must be Modules, got ${className(value)}`);
    }
    if (isParameter(value)) return kept(value, new Parameter(value));
    if (Array.isArray(value)) {
      const copy: unknown[] = kept(value, []);
      for (const one of value) copy.push(copyOf(one));
      return copy;
    }
    return isPlainObject(value) ? fieldsInto(kept(value, Object.create(Object.getPrototypeOf(value))), value) : value;
  };
  const kept = <T>(original: object, copy: T): T => {
    copies.set(original, copy);
    return copy;
  };
  const fieldsInto = <T extends object>(copy: T, original: object): T => {
    for (const [key, value] of Object.entries(original)) {
      if (Object.hasOwn(copy, key) && value instanceof Module) continue;
      Object.defineProperty(copy, key, { value: copyOf(value), writable: true, enumerable: true, configurable: true });
    }
    return copy;
  };
  const moduleCopy = (original: Module): Module => {
    const Class = original.constructor;
    // The containers keep their modules in private fields too, which their constructors fill.
    if (original instanceof ModuleArray) {
      const modules = [...original].map(copyOf);
      if (original instanceof Sequential) {
        return fieldsInto(kept(original, Reflect.construct(Sequential, modules, Class)), original);
      }
      return fieldsInto(kept(original, Reflect.construct(ModuleArray, [modules], Class)), original);
    }
    if (original instanceof ModuleDict) {
      const modules = [...original.entries()].map(([name, one]) => [name, copyOf(one)]);
      return fieldsInto(kept(original, Reflect.construct(ModuleDict, [Object.fromEntries(modules)], Class)), original);
    }
    return fieldsInto(kept(original, Reflect.construct(Module, [], Class)), original);
  };
  return copyOf(module) as M;
}
