/** @file How values print: in error messages, and in Node's console. */
import { FOREIGN, isForeign } from './copies.ts';
import { isClass, isThenable, tagOf } from './type-tests.ts';

const LONGEST = 40;
const UNDESCRIBABLE = 'something that cannot be described';

/**
 * A value in an error message: its type first, then as much of it as fits. Never throws, so that a hostile value cannot
 * hide the error that describes it.
 */
export function describe(value: unknown): string {
  try {
    return named(value);
  } catch {
    return UNDESCRIBABLE;
  }
}

/** A thrown value in one line: the message of an error, or its description. Never throws. */
export function describeError(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.message) : describe(thrown);
  } catch {
    return UNDESCRIBABLE;
  }
}

function named(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  switch (typeof value) {
    case 'string':
      return `the string ${quote(value)}`;
    case 'number':
    case 'boolean':
      return `the ${typeof value} ${Object.is(value, -0) ? '-0' : value}`;
    case 'bigint':
      return `the bigint ${value}n`;
    case 'symbol':
      return 'a symbol';
    case 'function':
      if (isCallableInstance(value)) return withArticle(nameOf(value));
      return isClass(value)
        ? `the class ${printedName(value)}${isForeign(value.prototype) ? ` ${FOREIGN}` : ''}`
        : `the function ${(value as { name: string }).name || '(anonymous)'}`;
    default:
      if (Array.isArray(value)) return `an array of length ${value.length}`;
      if (isThenable(value)) return 'a promise';
      if (isObservable(value)) return 'an Observable';
      return withArticle(nameOf(value));
  }
}

/** An Observable of RxJS, whose classes lose their names in minified programs. */
const isObservable = (value: { readonly subscribe?: unknown; readonly pipe?: unknown }): boolean =>
  typeof value.subscribe === 'function' && typeof value.pipe === 'function';

/** Text in quotes, cut to `longest` characters. */
export const quote = (text: string, longest: number = LONGEST): string =>
  JSON.stringify(text.length > longest ? `${text.slice(0, longest)}…` : text);

/** A shape in a message: `[2, "3", […], an Object]`. A value that is not an array is described by {@link describe}. */
export function describeShape(shape: unknown, most: number = Infinity): string {
  if (!Array.isArray(shape)) return describe(shape);
  const sizes = Array.from(shape.slice(0, most), (size: unknown) => {
    if (typeof size === 'string') return quote(size);
    if (Array.isArray(size)) return '[…]';
    if (Object.is(size, -0)) return '-0';
    return typeof size === 'symbol' || typeof size === 'number' ? String(size) : describe(size);
  });
  return `[${sizes.join(', ')}${shape.length > most ? `, … ${shape.length} in all` : ''}]`;
}

/** The class of a value, marked if it belongs to another copy of layertap. */
const nameOf = (value: object) => (isForeign(value) ? `${className(value)} ${FOREIGN}` : className(value));

const withArticle = (name: string) => `${/^(?!Uint)[AEIOUaeiou]/.test(name) ? 'an' : 'a'} ${name}`;

/**
 * The printed name of an object's class: `static className` if the class has it, since minifiers leave that alone. Objects of the
 * engine, such as console and Math, have names of their own.
 */
export function className(value: object): string {
  const maker: unknown = value.constructor;
  const name = typeof maker === 'function' ? printedName(maker) : 'object';
  return name === 'Object' ? tagOf(value) : name;
}

function printedName(maker: object): string {
  const own = Object.hasOwn(maker, 'className') ? (maker as { className?: string }).className : undefined;
  return (own ?? (maker as { name: string }).name) || '(anonymous class)';
}

/** The type alone, for messages of PyTorch that print it: `number`, `Array`, `Linear`, `null`. */
export function typeName(value: unknown): string {
  if (value === null) return 'null';
  return typeof value === 'object' || isCallableInstance(value) ? nameOf(value as object) : typeof value;
}

const FUNCTIONS = ['Function', 'AsyncFunction', 'GeneratorFunction', 'AsyncGeneratorFunction'];

/** Whether a function is an instance of a user's class, as a Hookable is. */
function isCallableInstance(value: unknown): boolean {
  return typeof value === 'function' && !FUNCTIONS.includes(className(value));
}

/** Makes Node's console.log print instances of a class as `String(instance)` does. */
export function printAsString(printed: { readonly prototype: object }): void {
  Object.defineProperty(printed.prototype, Symbol.for('nodejs.util.inspect.custom'), {
    value(this: object) {
      return String(this);
    },
    configurable: true,
    writable: true,
  });
}
