/** @file Watches what the caller reads from a stream, by intercepting its reading methods on the object itself. */
import { isThenable, type WeakReference, weakly } from '../../check/index.ts';
import type { ChunkEvent, ForwardEvent } from '../core/event.ts';
import { replaceProperty } from '../core/replace-property.ts';
import { isStream, standInFor } from '../core/stream.ts';

/** Gets what the caller reads from a stream. */
export interface Sink {
  chunk(value: unknown): void;
  /** @param value the return value of a generator */
  end(value?: unknown): void;
  error(cause: unknown): void;
  /** The caller stopped before the end. */
  cancel(reason?: unknown): void;
}

type Method = (...inputs: unknown[]) => unknown;

/** Runs around an intercepted call; `call()` makes the call. */
type Around = (call: () => unknown, inputs: unknown[]) => unknown;

/** An observer of chunks and the streams that it is watching. */
export class ChunkListener {
  /** Called once, if chunks cannot be seen. */
  readonly #report: (why: string) => void;
  #reported = false;
  /** Weak, since a stream may never be read to its end. */
  readonly #taps = new Set<WeakReference<StreamTap>>();
  #sweepAt = 16;

  constructor(report: (why: string) => void) {
    this.#report = report;
  }

  add(tap: WeakReference<StreamTap>): void {
    this.#taps.add(tap);
    if (this.#taps.size < this.#sweepAt) return;
    for (const one of this.#taps) if (one.deref() === undefined) this.#taps.delete(one);
    this.#sweepAt = 2 * this.#taps.size + 16;
  }

  delete(tap: WeakReference<StreamTap>): void {
    this.#taps.delete(tap);
  }

  /** Stops watching all streams. */
  stop(): void {
    for (const tap of [...this.#taps]) tap.deref()?.drop(this);
  }

  cannotSee(why: string): void {
    if (this.#reported) return;
    this.#reported = true;
    this.#report(why);
  }
}

/** An observer of chunks, with the event of the call that returned the stream. */
export interface Listening {
  readonly listener: ChunkListener;
  readonly event: ForwardEvent;
  readonly notify: (event: ChunkEvent) => void;
}

/** The interceptors of one stream and its observers. */
export class StreamTap implements Sink {
  readonly #self: WeakReference<StreamTap> = weakly(this);
  #listening: readonly Listening[] = [];
  readonly #undo: (() => void)[] = [];
  /** Objects that are intercepted already: a stream may be its own iterator. */
  readonly #tapped = new WeakSet<object>();
  #active = true;
  /** Intercepted calls that are running. What they call themselves is not a read of the caller's. */
  #inside = 0;

  /** Whether it has observers and the stream has not ended. */
  get active(): boolean {
    return this.#active;
  }

  add(listening: Listening): void {
    this.#listening = [...this.#listening, listening];
    listening.listener.add(this.#self);
  }

  drop(listener: ChunkListener): void {
    this.#listening = this.#listening.filter((one) => one.listener !== listener);
    listener.delete(this.#self);
    if (this.#listening.length === 0) this.undo();
  }

  chunk(value: unknown): void {
    // A stream of streams: the inner ones belong to the caller too.
    this.#emit('chunk', isStream(value) ? standInFor(value) : value, undefined);
  }

  end(value?: unknown): void {
    this.#finish('end', value);
  }

  error(cause: unknown): void {
    this.#finish('error', cause);
  }

  cancel(reason?: unknown): void {
    this.#finish('cancel', reason);
  }

  #finish(stream: ChunkEvent['stream'], reason: unknown): void {
    if (!this.#active) return;
    this.#emit(stream, undefined, reason);
    for (const { listener } of this.#listening) listener.delete(this.#self);
    this.undo();
  }

  #emit(stream: ChunkEvent['stream'], chunk: unknown, reason: unknown): void {
    if (!this.#active) return;
    const now = this.#listening;
    for (const one of now) {
      // An observer may have removed the next one.
      if (this.#listening.includes(one)) one.notify({ ...one.event, stream, chunk, reason });
    }
  }

  /** Runs `intercept` on another object that the caller reads from. An error is reported, and the caller's call goes on. */
  attempt(intercept: () => void): void {
    try {
      intercept();
    } catch (error) {
      this.cannotSee((error as Error).message);
    }
  }

  /** Reports chunks that the engine reads without a method call. */
  cannotSee(why: string): void {
    for (const { listener } of this.#listening) listener.cannotSee(why);
  }

  /**
   * Calls `around` instead of a method until the tap ends. Calls made by other intercepted methods pass through, unless
   * `nested`.
   * @throws TypeError if the object refuses the property
   */
  intercept(object: object, key: PropertyKey, around: Around, nested = false): void {
    const original = (object as Record<PropertyKey, unknown>)[key];
    if (typeof original !== 'function') return;
    const tap = this;
    const interceptor = function (this: unknown, ...inputs: unknown[]): unknown {
      const call = () => tap.#inner(original as Method, this, inputs);
      return !tap.#active || (tap.#inside > 0 && !nested)
        ? Reflect.apply(original, this, inputs)
        : around(call, inputs);
    };
    for (const name of ['name', 'length'] as const) {
      Object.defineProperty(interceptor, name, { value: original[name], configurable: true });
    }
    const enumerable = Object.getOwnPropertyDescriptor(object, key)?.enumerable ?? false;
    this.#undo.push(replaceProperty(object, key, interceptor, enumerable));
  }

  #inner(original: Method, receiver: unknown, inputs: unknown[]): unknown {
    this.#inside++;
    try {
      return Reflect.apply(original, receiver, inputs);
    } finally {
      this.#inside--;
    }
  }

  /** Runs a function with the interceptors passing through. */
  plainly<T>(run: () => T): T {
    return this.#inner(run as Method, undefined, []) as T;
  }

  /** True once for each object. */
  isNew(object: object): boolean {
    if (this.#tapped.has(object)) return false;
    this.#tapped.add(object);
    return true;
  }

  /** @param keepsStream whether the iterator's `return` leaves the stream open (`preventCancel`) */
  tapIterator(iterator: object, sink: Sink, keepsStream = false): void {
    if (!this.isNew(iterator)) return;
    for (const key of ['next', 'return', 'throw'] as const) {
      this.intercept(iterator, key, (call, inputs) => {
        const settled = (result: unknown) => {
          const { done, value } = (result ?? {}) as Partial<IteratorResult<unknown>>;
          if (done !== true) sink.chunk(value);
          else if (key !== 'return') sink.end(value);
          else if (!keepsStream) sink.cancel(inputs[0]);
          return result;
        };
        return watched(call, settled, (cause) => sink.error(cause));
      });
    }
  }

  /** Removes all interceptors. */
  undo(): void {
    this.#active = false;
    for (const undo of this.#undo.splice(0)) undo();
    this.#listening = [];
  }
}

/**
 * Makes a call and shows its result or error to a callback. Returns another promise for a promise, so that an unhandled
 * rejection stays unhandled.
 */
export function watched<T>(call: () => T, settled: (result: unknown) => unknown, failed: (cause: unknown) => void): T {
  const rethrow = (cause: unknown) => {
    failed(cause);
    throw cause;
  };
  let result: T;
  try {
    result = call();
  } catch (cause) {
    return rethrow(cause);
  }
  return (isThenable(result) ? result.then(settled, rethrow) : settled(result)) as T;
}
