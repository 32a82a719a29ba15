/** @file The one file that knows RxJS (7.8): events as an Observable, and a chain of operators. */
import { isObservable, Observable, type OperatorFunction, type Subscriber, type Subscription } from 'rxjs';
import { absorb, checkOptions, describe } from '../../check/index.ts';
import type { ForwardEvent } from '../core/event.ts';
import type { ModuleLike } from '../core/module-like.ts';
import { type ChunkOptions, checkChunks, observeEvents } from './observe.ts';

export type { Observable, OperatorFunction };

/** Where events come from: a module, and its path under the root that it was selected from. */
export type Source<M extends ModuleLike> = readonly [path: string, module: M];

/**
 * The events of modules as an Observable: cold, as `fromEvent` is. Each subscription is an observation of its own that
 * ends when it is unsubscribed; without one nothing is registered.
 */
export function observable<M extends ModuleLike>(
  sources: Iterable<Source<M>>,
  options: ChunkOptions = {},
): Observable<ForwardEvent<M>> {
  checkOptions('observe()', options, ['chunks']);
  checkChunks('observe()', options.chunks ?? false);
  return new Observable((subscriber) => {
    for (const [path, module] of sources) {
      const next = (event: ForwardEvent<M>) => subscriber.next(event);
      subscriber.add(observeEvents(module, path, 'observe()', next, options));
    }
  });
}

/** Who is told of what a chain does later, or outside of a call, and of what no call would show. */
export interface ChainListener {
  emitted(value: unknown): void;
  failed(chain: Chain, cause: unknown): void;
  completed(): void;
  /** An output came, and no operator listens any more, though none completed: `take(1), concatWith(NEVER)`. */
  unsubscribed(): void;
}

/** A chain of operators that one output at a time is driven through. */
export class Chain {
  /**
   * Where outputs enter: what has subscribed to the source, which is one unless an operator subscribes twice. A Subject
   * would do the same at the price of about three operators. The list is replaced, never changed.
   */
  #entries: readonly Subscriber<unknown>[] = [];
  readonly #subscription: Subscription;
  /** Whether emissions are expected now: in a call, and while subscribing, where they are counted to be refused. */
  #driving = true;
  readonly #listener: ChainListener;
  /** What was emitted for the last output: how many values, and the first of them, until somebody takes it out. */
  count = 0;
  value: unknown;
  error: { cause: unknown } | undefined;
  completed = false;

  /**
   * Subscribes to the operators. What they emit meanwhile is in the fields, as after an output.
   * @throws what they throw when they are applied; TypeError where one gives no Observable
   */
  constructor(operators: readonly OperatorFunction<unknown, unknown>[], listener: ChainListener) {
    this.#listener = listener;
    const source = new Observable<unknown>((entry) => {
      this.#entries = [...this.#entries, entry];
      return () => {
        this.#entries = this.#entries.filter((other) => other !== entry);
      };
    });
    const chain = operators.reduce<Observable<unknown>>((from, operator, i) => {
      const to: unknown = operator(from);
      if (isObservable(to)) return to;
      throw new TypeError(
        `transform(): operator ${i} gave ${describe(to)} when it was applied\n` +
          '  expected: an Observable; an operator is map((output) => …), say, and not the function inside it',
      );
    }, source);
    this.#subscription = chain.subscribe({
      next: (value) => {
        if (!this.#driving) listener.emitted(value);
        else if (this.count++ === 0) this.value = value;
        else absorb(value);
      },
      error: (cause) => {
        this.error = { cause };
        if (!this.#driving) listener.failed(this, cause);
      },
      complete: () => {
        this.completed = true;
        if (!this.#driving) listener.completed();
      },
    });
    this.#driving = false;
  }

  /** Sends one output through. Does not throw: what became of it is in the fields. */
  drive(output: unknown): void {
    this.count = 0;
    // A snapshot, as a Subject's is: who subscribes meanwhile (retry) waits for the next output.
    const entries = this.#entries;
    if (entries.length === 0 && !this.completed) this.#listener.unsubscribed();
    this.#driving = true;
    try {
      for (let i = 0; i < entries.length; i++) entries[i]!.next(output);
    } catch (cause) {
      // RxJS's operators throw nothing here; one written by hand may.
      this.error = { cause };
    }
    this.#driving = false;
  }

  end(): void {
    this.#subscription.unsubscribe();
  }
}
