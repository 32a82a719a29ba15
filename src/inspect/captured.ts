import { nearest, quote } from '../check/index.ts';

/** One call of a module, as it was captured. */
export interface CapturedCall<V> {
  /** The number of the call among those of its module in the run, from 0, in the order in which they ended. */
  readonly call: number;
  readonly value: V;
}

/** What `capture` kept of a run: the paths of modules with their calls. */
export class Captured<V> implements Iterable<readonly [path: string, calls: readonly CapturedCall<V>[]]> {
  static readonly className: string = 'Captured';
  /** What the run returned; undefined if it was stopped, or if the framework frees its outputs. */
  readonly result: unknown;
  /** Whether the run was ended by `stopAt`. */
  readonly stopped: boolean;
  readonly #where: string;
  readonly #calls: ReadonlyMap<string, readonly CapturedCall<V>[]>;
  readonly #free: () => void;

  /** Use `capture`. */
  constructor(
    where: string,
    calls: ReadonlyMap<string, readonly CapturedCall<unknown>[]>,
    result: unknown,
    stopped: boolean,
    free: () => void,
  ) {
    this.#where = where;
    this.#calls = calls as ReadonlyMap<string, readonly CapturedCall<V>[]>;
    this.result = result;
    this.stopped = stopped;
    this.#free = free;
  }

  /** The captured calls of a module; none if it was not called. @throws Error for a path that was not selected */
  calls(path: string): readonly CapturedCall<V>[] {
    const found = this.#calls.get(path);
    if (found !== undefined) return found;
    const offer = nearest(path, [...this.#calls.keys()]).join(', ');
    throw new Error(`${this.#where}: ${quote(path)} was not captured\n  nearest: ${offer}`);
  }

  /** What the only captured call of a module gave. @throws Error unless there is exactly one call */
  value(path: string): V {
    const calls = this.calls(path);
    if (calls.length === 1) return calls[0]!.value;
    const why = calls.length === 0 ? 'was not called' : `was called ${calls.length} times: use calls()`;
    throw new Error(`${this.#where}: ${quote(path)} ${why}`);
  }

  *[Symbol.iterator](): Generator<readonly [path: string, calls: readonly CapturedCall<V>[]]> {
    for (const [path, calls] of this.#calls) yield [path, [...calls]];
  }

  /** Frees the copies of tensors, where the framework does not do that by itself, and forgets all calls. */
  dispose(): void {
    this.#free();
  }
}
