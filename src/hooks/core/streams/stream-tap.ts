/** @file Seeing what the caller reads from a stream: its reading methods are intercepted on the object itself. */
import { isThenable } from '../../../check/index.ts';
import type { ChunkEvent, ForwardEvent } from '../event.ts';
import { replaceProperty } from '../replace-property.ts';
import { isStream, standInFor } from './stand-in.ts';

/** What becomes of a stream, as whoever reads it finds out. */
export interface Sink {
  chunk(value: unknown): void;
  /** Everything was read. @param value what a generator returns */
  end(value?: unknown): void;
  error(cause: unknown): void;
  /** The caller wants no more. */
  cancel(reason?: unknown): void;
}

type Method = (...inputs: unknown[]) => unknown;

/** What an interceptor does around the call: `call()` makes it, as ever. */
type Around = (call: () => unknown, inputs: unknown[]) => unknown;

/** One observer of chunks, and the streams that it is listening to now. */
export class ChunkListener {
  /** Said once: chunks that cannot be seen. */
  readonly #report: (why: string) => void;
  #reported = false;
  /** Weak: a stream that is never read to its end may go. */
  readonly #taps = new Set<WeakRef<StreamTap>>();
  #sweepAt = 16;

  constructor(report: (why: string) => void) {
    this.#report = report;
  }

  add(tap: WeakRef<StreamTap>): void {
    this.#taps.add(tap);
    if (this.#taps.size < this.#sweepAt) return;
    for (const one of this.#taps) if (one.deref() === undefined) this.#taps.delete(one);
    this.#sweepAt = 2 * this.#taps.size + 16;
  }

  delete(tap: WeakRef<StreamTap>): void {
    this.#taps.delete(tap);
  }

  /** Stops listening everywhere. */
  stop(): void {
    for (const tap of [...this.#taps]) tap.deref()?.drop(this);
  }

  cannotSee(why: string): void {
    if (this.#reported) return;
    this.#reported = true;
    this.#report(why);
  }
}

/** An observer of chunks, the event of the call which gave the stream, and how the observer is told. */
export interface Listening {
  readonly listener: ChunkListener;
  readonly event: ForwardEvent;
  readonly notify: (event: ChunkEvent) => void;
}

/** The interceptions of one stream, and those who listen. */
export class StreamTap implements Sink {
  readonly #self = new WeakRef(this);
  #listening: readonly Listening[] = [];
  readonly #undo: (() => void)[] = [];
  /** Objects whose methods are intercepted already: a stream may be its own iterator. */
  readonly #tapped = new WeakSet<object>();
  #active = true;
  /** How many intercepted calls are running: what they call themselves to do their work is no pull of the caller's. */
  #inside = 0;

  /** Whether anyone listens still, and the stream goes on. */
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
    // A stream inside a stream is the caller's too.
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
      // An observer may remove another one.
      if (this.#listening.includes(one)) one.notify({ ...one.event, stream, chunk, reason });
    }
  }

  /** Intercepts what a call of the caller's has made; that it cannot be is no failure of the call. */
  also(intercept: () => void): void {
    try {
      intercept();
    } catch (error) {
      this.cannotSee((error as Error).message);
    }
  }

  /** For chunks that the engine reads itself. */
  cannotSee(why: string): void {
    for (const { listener } of this.#listening) listener.cannotSee(why);
  }

  /**
   * Puts an own property over a method, which calls `around` instead; it is as it was found when the tap ends. One that
   * is called by another intercepted method is passed on, unless `nested`.
   * @throws Error where the object refuses the property
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

  /** Runs something of our own on the stream, past the interceptors. */
  plainly<T>(run: () => T): T {
    return this.#inner(run as Method, undefined, []) as T;
  }

  /** Whether the methods of this object are still to be intercepted; true once. */
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

  /** Leaves everything as it was found. */
  undo(): void {
    this.#active = false;
    for (const undo of this.#undo.splice(0)) undo();
    this.#listening = [];
  }
}

/**
 * A call, whose result or failure is looked at on its way to the caller. A promise is passed on as another one, so that a
 * rejection that nobody handles is still one.
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
