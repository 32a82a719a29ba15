/** @file Transforms: what the emissions of an operator chain mean for the output of a call. */
import { absorb, check, className, describe, describeError, FUNCTION, isThenable } from '../../check/index.ts';
import { describePlace } from '../core/describe-module.ts';
import type { RemovableHandle } from '../core/handle.ts';
import { hookTable, type Registration } from '../core/hook-table.ts';
import type { ModuleLike, OutputOf } from '../core/module-like.ts';
import { register } from '../core/register.ts';
import { report } from '../core/report-error.ts';
import { Chain, type ChainListener, type OperatorFunction } from './chain.ts';

/** A transform emitted several values in one call. */
export class TooManyEmissionsError extends Error {
  override readonly name: string = 'TooManyEmissionsError';
}

/** A transform emitted a promise, which a forward cannot await. */
export class AsyncTransformError extends Error {
  override readonly name: string = 'AsyncTransformError';
}

/** A transform emitted a value, or failed, outside a call. */
export class LateEmissionError extends Error {
  override readonly name: string = 'LateEmissionError';
}

/**
 * Registers operators as a forward hook: the value that they emit for an output, before `next` returns, is the new output.
 * The chain is subscribed once, and once more for each level of nesting, so that operators with state (`scan`, `pairwise`)
 * keep it from call to call.
 */
export function registerTransform<M extends ModuleLike>(
  module: M,
  path: string,
  operators: readonly OperatorFunction<OutputOf<M>, OutputOf<M>>[],
): RemovableHandle {
  const verb = `transform() of ${path || className(module)}`;
  if (operators.length === 0) throw new TypeError(`${verb}: the number of operators must be at least 1, got 0`);
  for (const [i, operator] of operators.entries()) check(verb, `operator ${i}`, operator, FUNCTION);
  return new Transform(module, path, operators as OperatorFunction<unknown, unknown>[]).handle;
}

class Transform implements ChainListener {
  readonly handle: RemovableHandle;
  readonly #module: ModuleLike;
  readonly #path: string;
  readonly #operators: readonly OperatorFunction<unknown, unknown>[];
  /** A chain for each depth of recursion so far: a module may call itself. Undefined after an error, until the next call. */
  #chains: (Chain | undefined)[];
  #level = 0;
  readonly #reported = new Set<'late' | 'unsubscribed'>();

  constructor(module: ModuleLike, path: string, operators: readonly OperatorFunction<unknown, unknown>[]) {
    this.#module = module;
    this.#path = path;
    this.#operators = operators;
    const chain = this.#build();
    this.#chains = [chain];
    try {
      this.handle = register(hookTable(module), {
        kind: 'transform',
        name: 'transform()',
        hook: ((_module: unknown, _inputs: unknown, output: unknown) => this.#drive(output)) as Registration['hook'],
        onRemove: () => this.#end(),
      });
    } catch (error) {
      this.#endChain(chain);
      throw error;
    }
  }

  /** @throws what the operators throw; LateEmissionError for a value emitted before any output */
  #build(): Chain {
    const chain = new Chain(this.#operators, this);
    const { error, count, value } = chain;
    if (error === undefined && count === 0) return chain;
    this.#endChain(chain);
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

  /** False after removal; a call that has it in its snapshot still drives it. */
  get #isRegistered(): boolean {
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
    // Cleared: the next call may emit nothing, and the chain must not keep the tensor alive.
    const { count, value } = chain;
    chain.value = undefined;
    const well = chain.error === undefined && !chain.completed && count <= 1 && !isThenable(value);
    if (!well) this.#settle(level, chain, value);
    return value;
  }

  /**
   * Handles everything but one value or none. A chain that threw is rebuilt at the next call; one that completed is removed.
   * @throws the error of the call
   */
  #settle(level: number, chain: Chain, value: unknown): void {
    absorb(value);
    if (chain.error !== undefined) {
      this.#chains[level] = undefined;
      this.#endChain(chain);
      throw chain.error.cause;
    }
    if (chain.completed) this.completed();
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

  completed(): void {
    if (!this.#isRegistered) return;
    this.handle.remove();
    this.#report('completed and was removed\n  expected: operators that go on for ever');
  }

  emitted(value: unknown): void {
    absorb(value);
    if (!this.#isFirst('late')) return;
    const text = `emitted ${describe(value)} after its call had ended; such values are lost, and this is reported once`;
    this.#report(`${text}\n  expected: synchronous operators`, LateEmissionError);
  }

  unsubscribed(): void {
    if (!this.#isFirst('unsubscribed')) return;
    const text = 'does not listen any more: its operators have unsubscribed without an end';
    this.#report(`${text}; outputs stay as they are, and this is reported once`);
  }

  #isFirst(event: 'late' | 'unsubscribed'): boolean {
    const isFirst = this.#isRegistered && !this.#reported.has(event);
    if (isFirst) this.#reported.add(event);
    return isFirst;
  }

  failed(chain: Chain, cause: unknown): void {
    this.#chains = this.#chains.map((other) => (other === chain ? undefined : other));
    if (!this.#isRegistered) return;
    const text = `failed after its call had ended: ${describeError(cause)}; the next call begins anew`;
    this.#report(`${text}\n  expected: synchronous operators`, LateEmissionError, { cause });
  }

  /** Reports what no call can fail with. */
  #report(
    text: string,
    Failure: new (message: string, options?: ErrorOptions) => Error = Error,
    options?: ErrorOptions,
  ): void {
    report(new Failure(`layertap: ${this.#where} ${text}`, options));
  }

  /**
   * Ends the chains after the current synchronous call: a removed transform still fires if it is in the call's snapshot.
   * The table waits for asynchronous calls.
   */
  #end(): void {
    queueMicrotask(() => {
      for (const chain of this.#chains.splice(0)) if (chain !== undefined) this.#endChain(chain);
    });
  }

  #endChain(chain: Chain): void {
    try {
      chain.end();
    } catch (cause) {
      this.#report(`failed as it ended: ${describeError(cause)}`, Error, { cause });
    }
  }
}
