/** @file The one file that knows RxJS (7.8): events as an Observable, and operators that change outputs. */
import { isObservable, Observable, type OperatorFunction, type Subscriber, type Subscription } from 'rxjs';
import { className, describe, describeError, isThenable } from './describe.ts';
import type { ForwardEvent } from './event.ts';
import { describePlace } from './forward-error.ts';
import { RemovableHandle } from './handle.ts';
import { hookTable, type Registration } from './hook-table.ts';
import type { Hookable, OutputOf } from './hookable.ts';
import { observeEvents } from './observe.ts';
import { report } from './report.ts';
import { registered } from './scope.ts';

export type { Observable, OperatorFunction };

/** Where events come from: a module, and its path under the root that it was selected from. */
export type Source<M extends Hookable> = readonly [path: string, module: M];

/**
 * The events of modules as an Observable: cold, as `fromEvent` is. Each subscription is an observation of its own that
 * counts calls from 0 and ends when it is unsubscribed; without one nothing is registered.
 */
export function observable<M extends Hookable>(sources: Iterable<Source<M>>): Observable<ForwardEvent<M>> {
  return new Observable((subscriber) => {
    for (const [path, module] of sources) {
      const next = (event: ForwardEvent<M>) => subscriber.next(event);
      subscriber.add(observeEvents(module, path, 'observe()', next));
    }
  });
}

/** A transform emitted several values in one call. */
export class TooManyEmissionsError extends Error {
  override readonly name: string = 'TooManyEmissionsError';
}

/** A transform emitted a promise: a forward cannot wait for it. */
export class AsyncTransformError extends Error {
  override readonly name: string = 'AsyncTransformError';
}

/** A transform emitted a value, or failed, later or outside of a call. */
export class LateEmissionError extends Error {
  override readonly name: string = 'LateEmissionError';
}

/** Who is told of what a chain does later, or outside of a call. */
interface Outside {
  emitted(value: unknown): void;
  failed(chain: Chain, cause: unknown): void;
  completed(): void;
}

/** A chain of operators that one output at a time is driven through. */
class Chain {
  /**
   * Where outputs enter: what has subscribed to the source, which is one unless an operator subscribes twice. A Subject
   * would do the same at the price of about three operators. The list is replaced, never changed.
   */
  #entries: readonly Subscriber<unknown>[] = [];
  readonly #subscription: Subscription;
  /** Whether emissions are expected now: in a call, and while subscribing, where they are counted to be refused. */
  #driving = true;
  /** What was emitted for the last output: how many values, and the first of them. */
  count = 0;
  value: unknown;
  error: { cause: unknown } | undefined;
  completed = false;

  /**
   * Subscribes to the operators. What they emit meanwhile is in the fields, as after an output.
   * @throws what they throw when they are applied; TypeError where one gives no Observable
   */
  constructor(operators: readonly OperatorFunction<unknown, unknown>[], outside: Outside) {
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
        if (!this.#driving) outside.emitted(value);
        else if (this.count++ === 0) this.value = value;
        else absorb(value);
      },
      error: (cause) => {
        this.error = { cause };
        if (!this.#driving) outside.failed(this, cause);
      },
      complete: () => {
        this.completed = true;
        if (!this.#driving) outside.completed();
      },
    });
    this.#driving = false;
  }

  /** Sends one output through. Does not throw: what became of it is in the fields. */
  drive(output: unknown): void {
    this.count = 0;
    this.value = undefined;
    this.#driving = true;
    // A snapshot, as a Subject's is: who subscribes meanwhile (retry) waits for the next output.
    const entries = this.#entries;
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

/**
 * Registers operators as a forward hook: what they emit for an output before `next` returns is the new output. They are
 * subscribed once, and once more for each level of nesting, so that what they remember (`scan`, `pairwise`) goes on
 * from call to call.
 */
export function registerTransform<M extends Hookable>(
  module: M,
  path: string,
  operators: readonly OperatorFunction<OutputOf<M>, OutputOf<M>>[],
): RemovableHandle {
  const verb = `transform() of ${path || className(module)}`;
  if (operators.length === 0) throw new TypeError(`${verb}: at least one operator expected, got none`);
  operators.forEach((operator, i) => {
    if (typeof operator === 'function') return;
    throw new TypeError(`${verb}: operator ${i} must be a function, got ${describe(operator)}`);
  });
  return new Transform(module, path, operators as OperatorFunction<unknown, unknown>[]).handle;
}

class Transform {
  readonly handle: RemovableHandle;
  readonly #module: Hookable;
  readonly #path: string;
  readonly #operators: readonly OperatorFunction<unknown, unknown>[];
  /** One for each level of nesting that has been reached. */
  #chains: (Chain | undefined)[];
  #level = 0;
  #reportedLate = false;
  readonly #outside: Outside = {
    emitted: (value) => this.#late(value),
    failed: (chain, cause) => this.#failed(chain, cause),
    completed: () => this.#completed(),
  };

  constructor(module: Hookable, path: string, operators: readonly OperatorFunction<unknown, unknown>[]) {
    this.#module = module;
    this.#path = path;
    this.#operators = operators;
    this.#chains = [this.#build()];
    const table = hookTable(module);
    const hook = ((_module: unknown, _inputs: unknown, output: unknown) => this.#drive(output)) as Registration['hook'];
    const onRemove = () => this.#end();
    this.handle = registered(
      new RemovableHandle(table, table.add({ kind: 'transform', name: 'transform()', hook, onRemove })),
    );
  }

  /** @throws whatever the operators throw or emit while they are subscribed: nothing has come in yet */
  #build(): Chain {
    const chain = new Chain(this.#operators, this.#outside);
    const { error, count, value } = chain;
    if (error === undefined && count === 0) return chain;
    chain.end();
    absorb(value);
    if (error !== undefined) throw error.cause;
    throw new LateEmissionError(
      `${this.#where} emitted ${describe(value)} while it was subscribed, before any output\n` +
        '  expected: operators that emit when an output comes; not startWith, for instance',
    );
  }

  get #where(): string {
    return `the transform of ${describePlace(this.#module, this.#path)}`;
  }

  /** Whether it is registered still. It may be driven when it is not: by a call that holds it in its snapshot. */
  get #stands(): boolean {
    return hookTable(this.#module).has(this.handle.id);
  }

  #drive(output: unknown): unknown {
    const level = this.#level++;
    let chain: Chain;
    try {
      chain = this.#chains[level] ??= this.#build();
      chain.drive(output);
    } finally {
      this.#level = level;
    }
    // What it gave is given on, and let go: a tensor must not live as long as its chain.
    const { count, value } = chain;
    chain.value = undefined;
    const well = chain.error === undefined && !chain.completed && count <= 1 && !isThenable(value);
    if (!well) this.#settle(level, chain, value);
    return value;
  }

  /**
   * What follows where a call was not like any other. A chain that threw is built anew at the next call; one that
   * completed would be silent for ever.
   * @throws what the call has to fail with
   */
  #settle(level: number, chain: Chain, value: unknown): void {
    absorb(value);
    if (chain.error !== undefined) {
      this.#chains[level] = undefined;
      chain.end();
      throw chain.error.cause;
    }
    if (chain.completed) this.#completed();
    if (chain.count > 1) {
      throw new TooManyEmissionsError(
        `${this.#where} emitted ${chain.count} values for one output\n  expected: one value, or none to leave the output as it is`,
      );
    }
    if (isThenable(value)) {
      throw new AsyncTransformError(
        `${this.#where} emitted a promise\n  expected: a value; an asynchronous hook can wait where forward is asynchronous`,
      );
    }
  }

  #completed(): void {
    if (!this.#stands) return;
    this.handle.remove();
    report(new Error(`layertap: ${this.#where} completed and was removed\n  expected: operators that go on for ever`));
  }

  #late(value: unknown): void {
    absorb(value);
    if (this.#reportedLate || !this.#stands) return;
    this.#reportedLate = true;
    const text = `layertap: ${this.#where} emitted ${describe(value)} after its call had ended; such values are lost`;
    report(new LateEmissionError(`${text}, and this is reported once\n  expected: synchronous operators`));
  }

  /** No call can fail with this error, so each one is reported. */
  #failed(chain: Chain, cause: unknown): void {
    this.#chains[this.#chains.indexOf(chain)] = undefined;
    if (!this.#stands) return;
    const text = `layertap: ${this.#where} failed after its call had ended: ${describeError(cause)}; the next call begins anew`;
    report(new LateEmissionError(`${text}\n  expected: synchronous operators`, { cause }));
  }

  /**
   * Ends the chains, but not before a synchronous call is over that holds this transform in its snapshot: there it still
   * fires, as any hook does that is removed meanwhile. (Asynchronous ones have told the table.)
   */
  #end(): void {
    queueMicrotask(() => {
      for (const chain of this.#chains.splice(0)) chain?.end();
    });
  }
}

/** A promise that nobody will wait for must not end the process. */
function absorb(value: unknown): void {
  if (isThenable(value)) value.then(undefined, () => {});
}
