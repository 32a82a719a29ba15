import { FOREIGN, isForeign } from './copies.ts';

const LONGEST = 40;
const UNDESCRIBABLE = 'something that cannot be described';

/**
 * Names a value in an error message: what it is first, then as much of it as fits. Never throws: a value that cannot
 * be looked at must not replace the error that is being told.
 */
export function describe(value: unknown): string {
  try {
    return named(value);
  } catch {
    return UNDESCRIBABLE;
  }
}

/** What was thrown, in a line: its message if it is an error. Never throws. */
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
      if (isInstance(value)) return withArticle(nameOf(value));
      return isClass(value)
        ? `the class ${printedName(value)}${isForeign(value.prototype) ? ` ${FOREIGN}` : ''}`
        : `the function ${(value as { name: string }).name || '(anonymous)'}`;
    default:
      if (Array.isArray(value)) return `an array of length ${value.length}`;
      if (isThenable(value)) return 'a promise';
      return withArticle(nameOf(value));
  }
}

/** Text in quotes, cut to what a message can hold. */
export const quote = (text: string, longest: number = LONGEST): string =>
  JSON.stringify(text.length > longest ? `${text.slice(0, longest)}…` : text);

/** A shape in a message, whatever it holds: `[2, "3", […], an Object]`. Anything but an array as by {@link describe}. */
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

/** The built-in type of a value, in any realm: `Uint8Array`, `Map`, `Object`. */
export const tagOf = (value: unknown): string => Object.prototype.toString.call(value).slice('[object '.length, -1);

/** The name of a value's class, and whether it is that of another copy of layertap. */
const nameOf = (value: object) => (isForeign(value) ? `${className(value)} ${FOREIGN}` : className(value));

const withArticle = (name: string) => `${/^(?!Uint)[AEIOUaeiou]/.test(name) ? 'an' : 'a'} ${name}`;

/** The printed name of an object's class: its own `static className` if it has one, so that minifiers cannot change it. */
export function className(value: object): string {
  const maker: unknown = value.constructor;
  return typeof maker === 'function' ? printedName(maker) : 'object';
}

function printedName(maker: object): string {
  const own = Object.hasOwn(maker, 'className') ? (maker as { className?: string }).className : undefined;
  return (own ?? (maker as { name: string }).name) || '(anonymous class)';
}

/** Whether a value is a promise, or anything that `await` would wait for. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    value !== null &&
    (typeof value === 'object' || typeof value === 'function') &&
    typeof (value as { then?: unknown }).then === 'function'
  );
}

/** A promise that nobody will wait for must not end the process. Never throws. */
export function absorb(value: unknown): void {
  try {
    if (isThenable(value)) value.then(undefined, () => {});
  } catch {
    // What cannot be asked for its `then` is nothing that could be waited for.
  }
}

/** The type's name alone, for sentences of PyTorch's that have one: `number`, `Array`, `Linear`, `null`. */
export function typeName(value: unknown): string {
  if (value === null) return 'null';
  return typeof value === 'object' || isInstance(value) ? nameOf(value as object) : typeof value;
}

const FUNCTIONS = ['Function', 'AsyncFunction', 'GeneratorFunction', 'AsyncGeneratorFunction'];

/** Whether a function is an instance of a class of somebody's own, as a Hookable is. */
function isInstance(value: unknown): boolean {
  return typeof value === 'function' && !FUNCTIONS.includes(className(value));
}

/** Whether a function is a class, which can only be called with `new`. */
export function isClass(value: object): boolean {
  return /^class\b/.test(Function.prototype.toString.call(value));
}
