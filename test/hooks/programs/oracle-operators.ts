/** @file Operators for the oracle, as far as the programs have them: each passes on to the next, and remembers in a closure. */
import type { Operator } from './program.ts';

export interface Sink {
  next(value: unknown): void;
  error(error: unknown): void;
  complete(): void;
}

/** What ends a subscription: it, and everything that was subscribed inside it, hears nothing more. */
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

/** What operators need of their registration. */
export interface Surroundings {
  /** How often this registration's operators were subscribed, this time included. */
  subscriptions: number;
  call(operator: Operator & { operator: 'call' }): void;
  later(emit: () => void): void;
}

export class Chain {
  /** What was emitted while it was driven. */
  emitted: unknown[] = [];
  failed: { error: unknown } | undefined;
  completed = false;
  #entry!: Sink;
  #driving = true;
  readonly #life = new Life();

  /** @param outside is told what comes while it is not driven */
  constructor(operators: readonly Operator[], surroundings: Surroundings, outside: Sink) {
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
    this.#subscribe(operators, end, this.#life, surroundings);
    this.#driving = false;
  }

  drive(value: unknown): void {
    this.emitted = [];
    this.#driving = true;
    this.#entry.next(value);
    this.#driving = false;
  }

  #subscribe(operators: readonly Operator[], to: Sink, life: Life, surroundings: Surroundings): void {
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
        if (last.operator === 'retry') this.#subscribe(operators, to, life, surroundings);
        else {
          to.next(99);
          to.complete();
        }
      };
      this.#subscribe(before, alive({ ...to, error }), inner, surroundings);
    } else {
      this.#subscribe(before, alive({ ...to, next: onNext(last, alive(to), surroundings) }), life, surroundings);
      if (last.operator === 'emits on subscription' && surroundings.subscriptions === last.number) to.next(0);
    }
  }
}

/** What an operator does with a value. */
function onNext(operator: Operator, to: Sink, { call, later }: Surroundings): (value: unknown) => void {
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
      let came = 0;
      return (value) => {
        came++;
        if (came === operator.number) to.error(new Error('user: operator'));
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
