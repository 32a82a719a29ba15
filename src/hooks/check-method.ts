/** @file Whether `attach` can intercept a property. */
import { className, describe, isClass, nearestLine } from '../check/index.ts';
import { checkReplaceable } from './core/replace-property.ts';
import { Hookable, isOfAnyCopy } from './hookable.ts';

/** The accessor of a property, own or inherited; undefined for a value. */
export function accessorOf(object: object, key: PropertyKey): PropertyDescriptor | undefined {
  for (let at: object | null = object; at !== null; at = Object.getPrototypeOf(at)) {
    const descriptor = Object.getOwnPropertyDescriptor(at, key);
    if (descriptor !== undefined) return descriptor.get === undefined ? undefined : descriptor;
  }
  return undefined;
}

function isPrototype(object: object): boolean {
  const maker = Object.hasOwn(object, 'constructor') ? object.constructor : undefined;
  return typeof maker === 'function' && maker.prototype === object;
}

/** @throws TypeError that begins with `what` if the property is not a method or cannot be changed */
export function checkMethod(what: string, object: object, key: PropertyKey): void {
  if (typeof object === 'function') checkOwner(what, object, key);
  if (key === undefined || key === null) {
    throw new TypeError(`${what}: the method must be a key of the object, got ${key}${nearestMethods(object, '')}`);
  }
  const where = `${what}: ${className(object)}.${String(key)}`;
  if (isPrototype(object) && accessorOf(object, key) !== undefined) {
    throw new TypeError(
      `${where} is a getter, which may give each instance a method of its own: attach to the instances`,
    );
  }
  const value = (object as Record<PropertyKey, unknown>)[key];
  if (typeof value !== 'function') {
    const offer = value === undefined ? nearestMethods(object, key) : '';
    throw new TypeError(`${where} must be a method, got ${describe(value)}${offer}`);
  }
  if (isOfAnyCopy(value)) {
    throw new TypeError(`${where} is a ${className(value)}, which has hooks of its own: register on it`);
  }
  if (isClass(value)) {
    throw new TypeError(`${where} must be a method, got ${describe(value)}: attach to its instances or its prototype`);
  }
  checkReplaceable(where, object, key);
}

/** @throws TypeError for methods that every function has: a plain call of the function would not run hooks there */
function checkOwner(what: string, owner: object, key: PropertyKey): void {
  const value = (owner as Record<PropertyKey, unknown>)[key];
  const own = (Function.prototype as unknown as Record<PropertyKey, unknown>)[key];
  const isMethod = typeof value === 'function' && value !== own;
  if (isMethod || (typeof value !== 'function' && (isClass(owner) || owner instanceof Hookable))) return;
  const name = (owner as { name?: unknown }).name;
  const fn = typeof name === 'string' && /^[\w$]+$/.test(name) ? name : 'fn';
  const expected =
    owner instanceof Hookable
      ? 'hooks of its own: register on it'
      : isClass(owner)
        ? 'a method of the class, or of its prototype'
        : `an object that holds the function, and calls through it: const api = { ${fn} }; attach(api, '${fn}'); api.${fn}(…)`;
  throw new TypeError(
    `${what}: ${describe(owner)} itself cannot be hooked, and ${describeKey(key)} is not a method of its own\n  expected: ${expected}`,
  );
}

/** The line that offers the nearest methods of an object. Runs none of its code, a Proxy's apart. */
function nearestMethods(object: object, key: PropertyKey): string {
  const names = new Set<string>();
  try {
    for (let at: object | null = object; at !== null && !isBuiltIn(at); at = Object.getPrototypeOf(at)) {
      for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
        if (typeof value === 'function' && name !== 'constructor' && !isClass(value)) names.add(name);
      }
    }
  } catch {
    // A Proxy that throws: the message goes without names.
  }
  return nearestLine(String(key), [...names]);
}

/** Whether every object, or every function, has the methods of a prototype. Those of other realms too. */
const isBuiltIn = (prototype: object) =>
  Object.getPrototypeOf(prototype) === null
    ? Object.hasOwn(prototype, 'hasOwnProperty')
    : Object.hasOwn(prototype, 'apply') && Object.hasOwn(prototype, 'bind');

const describeKey = (key: unknown) => (typeof key === 'string' ? JSON.stringify(key) : String(key));
