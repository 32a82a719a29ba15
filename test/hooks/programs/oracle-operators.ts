/** @file The operators of the programs for the oracle: each calls the next, and keeps its state in a closure. */
import type { Operator } from './program.ts';

export interface Sink {
  next(value: unknown): void;
  error(error: unknown): void;
  complete(): void;
}

/** The lifetime of a subscription. Ending it ends those that were made inside it. */
class Life {
  over = false;
  readonly #outer: Life | undefined;
  constructor(outer?: Life) {
    this.#outer = outer;
  }
  get ended(): boolean {
    return this.over || this.#outer?.ended === true;
  }
}

/** What operators need from their registration. */
export interface Context {
  /** The number of subscriptions of these operators, including this one. */
  subscriptions: number;
  call(operator: Operator & { operator: 'call' }): void;
  later(emit: () => void): void;
}

export class Chain {
  /** The values emitted during drive(). */
  emitted: unknown[] = [];
  failed: { error: unknown } | undefined;
  completed = false;
  #entry!: Sink;
  #driving = true;
  readonly #life = new Life();

  /** @param outside gets notifications outside of drive() */
  constructor(operators: readonly Operator[], context: Context, outside: Sink) {
    const end: Sink = {
      next: (value) => (this.#driving ? this.emitted.push(value) : outside.next(value)),
      error: (error) => {
        this.#life.over = true;
        this.failed = { error };
        if (!this.#driving) outside.error(error);
      },
      complete: () => {
        this.#life.over = true;
        this.completed = true;
        if (!this.#driving) outside.complete();
      },
    };
    this.#subscribe(operators, end, this.#life, context);
    this.#driving = false;
  }

  drive(value: unknown): void {
    this.emitted = [];
    this.#driving = true;
    this.#entry.next(value);
    this.#driving = false;
  }

  #subscribe(operators: readonly Operator[], to: Sink, life: Life, context: Context): void {
    const alive = (sink: Sink): Sink => ({
      next: (value) => (life.ended ? undefined : sink.next(value)),
      error: (error) => (life.ended ? undefined : sink.error(error)),
      complete: () => (life.ended ? undefined : sink.complete()),
    });
    const last = operators.at(-1);
    const before = operators.slice(0, -1);
    if (last === undefined) {
      this.#entry = alive(to);
    } else if (last.operator === 'retry' || last.operator === 'catchError') {
      const inner = new Life(life);
      const error = () => {
        inner.over = true;
        if (last.operator === 'retry') this.#subscribe(operators, to, life, context);
        else {
          to.next(99);
          to.complete();
        }
      };
      this.#subscribe(before, alive({ ...to, error }), inner, context);
    } else {
      this.#subscribe(before, alive({ ...to, next: onNext(last, alive(to), context) }), life, context);
      if (last.operator === 'emits on subscription' && context.subscriptions === last.number) to.next(0);
    }
  }
}

/** The effect of an operator on a value. */
function onNext(operator: Operator, to: Sink, { call, later }: Context): (value: unknown) => void {
  switch (operator.operator) {
    case 'map':
      return (value) => to.next(Number(value) + operator.number);
    case 'filter':
      return (value) => {
        if (Number(value) % operator.number !== 0) to.next(value);
      };
    case 'scan': {
      let sum = 0;
      return (value) => {
        sum += Number(value);
        to.next(sum);
      };
    }
    case 'take': {
      let taken = 0;
      return (value) => {
        taken++;
        to.next(value);
        if (taken === operator.number) to.complete();
      };
    }
    case 'throw at': {
      let count = 0;
      return (value) => {
        count++;
        if (count === operator.number) to.error(new Error('user: operator'));
        else to.next(value);
      };
    }
    case 'two':
      return (value) => {
        to.next(value);
        to.next(Number(value) + 1);
      };
    case 'call':
      return (value) => {
        try {
          call(operator);
        } catch (error) {
          return to.error(error);
        }
        to.next(value);
      };
    case 'later':
      return (value) => later(() => to.next(value));
    case 'null':
      return () => to.next(null);
    case 'promise':
      return (value) => to.next(Promise.resolve(value));
    default:
      return (value) => to.next(value);
  }
}
