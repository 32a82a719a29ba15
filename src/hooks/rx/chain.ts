/** @file A chain of operators that outputs are sent through. */
import { isObservable, Observable, type OperatorFunction, type Subscriber, type Subscription } from 'rxjs';
import { absorb, describe, describeError } from '../../check/index.ts';

export type { OperatorFunction };

/** Gets what a chain does outside a call, and what a call does not show. */
export interface ChainListener {
  emitted(value: unknown): void;
  failed(chain: Chain, cause: unknown): void;
  completed(): void;
  /** The operators have unsubscribed without completing, as `take(1), concatWith(NEVER)` does. */
  unsubscribed(): void;
}

/** A subscribed chain of operators. Takes one output at a time. */
export class Chain {
  /**
   * The subscribers of the source: one, unless an operator subscribes twice. A Subject would cost as much as three
   * operators. The list is replaced, never changed.
   */
  #entries: readonly Subscriber<unknown>[] = [];
  readonly #subscription: Subscription;
  /** True in a call and while subscribing: emissions are counted rather than reported as late. */
  #driving = true;
  readonly #listener: ChainListener;
  /** How many values were emitted for the last output, and the first of them. */
  count = 0;
  value: unknown;
  error: { cause: unknown } | undefined;
  completed = false;

  /**
   * Subscribes to the operators. Values emitted while subscribing are in `count` and `value`.
   * @throws TypeError if an operator throws when it is applied, or does not return an Observable
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
      const to = applied(operator, from, i);
      if (isObservable(to)) return to;
      throw new TypeError(`transform(): operator ${i} gave ${describe(to)} when it was applied\n  ${EXPECTED}`);
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

  /** Sends one output through. Never throws: the result is in the fields. */
  drive(output: unknown): void {
    this.count = 0;
    // A snapshot, as in a Subject: an operator that resubscribes (retry) gets the next output.
    const entries = this.#entries;
    if (entries.length === 0 && !this.completed) this.#listener.unsubscribed();
    this.#driving = true;
    try {
      for (let i = 0; i < entries.length; i++) entries[i]!.next(output);
    } catch (cause) {
      // RxJS's operators do not throw here; a hand-written one may.
      this.error = { cause };
    }
    this.#driving = false;
  }

  end(): void {
    this.#subscription.unsubscribe();
  }
}

const EXPECTED = 'expected: an Observable; an operator is map((output) => …), say, and not the function inside it';

/** @throws TypeError that says what an operator is: a function of outputs fails on the Observable that it gets */
function applied(operator: OperatorFunction<unknown, unknown>, from: Observable<unknown>, i: number): unknown {
  try {
    return operator(from);
  } catch (cause) {
    const text = `transform(): operator ${i} failed when it was applied: ${describeError(cause)}`;
    throw new TypeError(`${text}\n  ${EXPECTED}`, { cause });
  }
}
