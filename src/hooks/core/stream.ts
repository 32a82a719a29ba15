/** @file What a stream is, and the stand-in that observers get: a stream can be read once, and belongs to the caller. */
import { printAsString } from '../../check/index.ts';

interface Readable {
  getReader?: unknown;
  next?: unknown;
  [Symbol.asyncIterator]?: unknown;
  [Symbol.iterator]?: unknown;
}

/**
 * Whether a value can be read only once: a ReadableStream, an async iterable, or an iterator, which returns itself from
 * `[Symbol.iterator]()`. Arrays, Maps and typed arrays can be read again. Never throws.
 */
export function isStream(value: unknown): value is object {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return false;
  try {
    const { getReader, next, [Symbol.asyncIterator]: iterateLater } = value as Readable;
    if (getReader === undefined && next === undefined && iterateLater === undefined) return false;
    if (typeof getReader === 'function' || typeof iterateLater === 'function') return true;
    const { [Symbol.iterator]: iterate } = value as Readable;
    return typeof next === 'function' && typeof iterate === 'function' && Reflect.apply(iterate, value, []) === value;
  } catch {
    return false;
  }
}

/** Replaces a stream in an event. Its reading methods throw an error that says how to see the chunks. */
export class StreamStandIn {
  static readonly className: string = 'stream';

  toString(): string {
    return 'a stream';
  }

  static {
    printAsString(StreamStandIn);
  }
}

/** Members that read nothing and are needed to print. */
const HARMLESS: ReadonlySet<PropertyKey> = new Set([
  ...['constructor', 'toString', 'toLocaleString', 'valueOf', 'toJSON'],
  ...[Symbol.toPrimitive, Symbol.for('nodejs.util.inspect.custom')],
]);

/** The prototypes of stand-ins, by the prototypes of their streams. */
const prototypes = new WeakMap<object, object>();

/** A stand-in with all methods of the stream; each throws. Runs no code of the stream. */
export function standInFor(stream: object): StreamStandIn {
  return refuseMethods(Object.create(refusingPrototype(Object.getPrototypeOf(stream))), stream);
}

function refusingPrototype(of: object | null): object {
  if (of === null || of === Object.prototype || of === Function.prototype) return StreamStandIn.prototype;
  const known = prototypes.get(of);
  if (known !== undefined) return known;
  const made: object = Object.create(refusingPrototype(Object.getPrototypeOf(of)));
  prototypes.set(of, refuseMethods(made, of));
  return made;
}

function refuseMethods<T extends object>(standIn: T, of: object): T {
  for (const key of Reflect.ownKeys(of)) {
    const isMethod = typeof Object.getOwnPropertyDescriptor(of, key)?.value === 'function';
    if (!isMethod || HARMLESS.has(key)) continue;
    Object.defineProperty(standIn, key, { value: refuse, writable: true, configurable: true });
  }
  return standIn;
}

function refuse(): never {
  throw new Error(
    'the output is a stream, which belongs to the caller: reading it here would take it away\n' +
      '  expected: observe(chunks(fn)), where an event has each chunk that the caller reads; chunks is an export of layertap',
  );
}
