/** @file Capturing the outputs of modules in one run. */
import { checkOptions, isThenable, nearest, POSITIVE_INTEGER, quote, rule, type Summary } from '../check/index.ts';
import { type ForwardEvent, type Hookable, observeStrictly, runUpTo, type Selector, select } from '../hooks/index.ts';
import { Captured } from './captured.ts';
import { copyOf, freeCopy, LIMIT, MemoryLimit, statisticsOf } from './copies.ts';
import { checkRun, RUN_OPTIONS, type RunInputs, readerThatTells, runWithHooks } from './run.ts';

/** Options of {@link capture}. */
export interface CaptureOptions {
  /** Capture the first call of each module and every n-th after that. Default 1. */
  every?: number;
  /** Of each module, capture at most this many calls: the first ones. */
  first?: number;
  /** Of each module, keep this many calls: the last ones. */
  last?: number;
  /** How many bytes of tensors are kept. A tensor that would exceed it ends the run. Default 1 GB (1e9). */
  limit?: number;
  /** The path of a module. When it has been called, and its observers too, the run ends. */
  stopAt?: string;
  /** Gives up waiting for an asynchronous model. */
  signal?: AbortSignal;
}

/** What is kept of an output: copies of its tensors, their statistics, or what a function makes of the call. */
export type Take<V> = 'tensors' | 'statistics' | ((event: ForwardEvent) => V | Promise<V>);

const OPTIONS = {
  ...RUN_OPTIONS,
  take: rule("'tensors', 'statistics' or a function", (value) =>
    typeof value === 'string' ? ['tensors', 'statistics'].includes(value) : typeof value === 'function',
  ),
  every: POSITIVE_INTEGER,
  first: POSITIVE_INTEGER,
  last: POSITIVE_INTEGER,
  stopAt: rule('the path of a module', (value) => typeof value === 'string'),
};

/**
 * Runs a model once and keeps the outputs of some modules, each call of a module apart.
 *
 * An output keeps its structure: arrays and objects hold copies of its tensors, or their statistics. The copies are yours:
 * where the framework frees tensors by hand (TensorFlow.js), call `dispose()` in the end.
 * @param inputs what the model is called with, or a function that runs it
 * @param selector as for `select`
 * @param options `take`: what is kept of an output, default 'tensors'. A function gets the event of each call; its tensors may be
 *   freed when it returns, so it must copy what it keeps
 * @example
 * const captured = await capture(net, [x], 'encoder.*');
 * captured.value('encoder.0'); // what its only call gave
 * captured.calls('encoder.shared'); // [{ call: 0, value }, { call: 1, value }]
 * @throws what the model throws; RangeError if the limit would be exceeded. Nothing is kept then
 * @throws TypeError, RangeError or Error for other arguments, before anything has run
 */
export async function capture<M extends Hookable>(
  model: M,
  inputs: RunInputs<M>,
  selector: Selector,
  options: CaptureOptions & { take: 'statistics' },
): Promise<Captured<Summary>>;
export async function capture<M extends Hookable, V>(
  model: M,
  inputs: RunInputs<M>,
  selector: Selector,
  options: CaptureOptions & { take: (event: ForwardEvent) => V | Promise<V> },
): Promise<Captured<V>>;
// biome-ignore lint/suspicious/noExplicitAny: the outputs of modules have all types
export async function capture<M extends Hookable, V = any>(
  model: M,
  inputs: RunInputs<M>,
  selector: Selector,
  options?: CaptureOptions & { take?: 'tensors' },
): Promise<Captured<V>>;
export async function capture<M extends Hookable>(
  model: M,
  inputs: RunInputs<M>,
  selector: Selector,
  options: CaptureOptions & { take?: Take<unknown> } = {},
): Promise<Captured<unknown>> {
  const where = 'capture()';
  checkRun(where, model, inputs);
  checkOptions(where, options, OPTIONS);
  const { stopAt, signal, limit = LIMIT, ...how } = options;
  if (how.first !== undefined && how.last !== undefined)
    throw new TypeError(`${where}: the options "first" and "last" exclude each other`);
  const selection = select(model, selector);
  if (how.take === 'statistics') for (const [path, module] of selection) readerThatTells(where, path, module);
  const target = stopAt === undefined ? undefined : moduleAt(where, model, stopAt);
  const stop = new EndOfRun(stopAt);
  const collector = new Collector(where, [...selection], how, new MemoryLimit(where, limit), stop);
  let isOver = false;
  try {
    let result: unknown;
    let stopped = false;
    try {
      result = await runWithHooks(
        where,
        model,
        inputs,
        () => {
          for (const [path, module] of selection) {
            const observer = (event: ForwardEvent) => {
              if (!isOver) collector.take(path, event);
            };
            observeStrictly(module, path, observer, how.take === 'statistics' ? 'statistics' : undefined);
          }
          // Behind the observers above, which see the call that ends the run.
          if (target !== undefined) {
            const end = () => {
              if (isOver) return;
              stopped = true;
              throw stop;
            };
            observeStrictly(target, stopAt!, end, 'statistics');
            runUpTo(target);
          }
        },
        signal,
      );
    } catch (error) {
      // The model's code may have put it into an error of its own.
      if (!isCausedBy(error, stop)) throw error;
    }
    isOver = true;
    await collector.finish(signal);
    return new Captured(where, collector.calls, stopped ? undefined : result, stopped, collector.free);
  } catch (error) {
    isOver = true;
    collector.free();
    throw error;
  }
}

/** @throws RangeError with the nearest paths if there is none */
function moduleAt(where: string, model: Hookable, path: string): Hookable {
  try {
    return model.getSubmodule(path);
  } catch (cause) {
    const offer = nearest(path, [...model.namedModules()].map(([other]) => other).filter(Boolean)).join(', ');
    const wanted = `${where}: option "stopAt" must be the path of a module, got ${quote(path)}`;
    throw new RangeError(offer === '' ? wanted : `${wanted}\n  nearest: ${offer}`, { cause });
  }
}

/** Ends a run. Caught by `capture` alone. */
class EndOfRun extends Error {
  override readonly name: string = 'EndOfRun';

  constructor(path: string | undefined) {
    super(
      `layertap ends this run${path === undefined ? '' : ` at ${path}`}. Code that catches errors must pass this one on.`,
    );
  }
}

function isCausedBy(error: unknown, cause: Error): boolean {
  const seen = new Set<unknown>();
  for (let at = error; at instanceof Error && !seen.has(at); at = at.cause) {
    if (at === cause) return true;
    seen.add(at);
  }
  return false;
}

interface How {
  readonly take?: Take<unknown>;
  readonly every?: number;
  readonly first?: number;
  readonly last?: number;
}

/** A call whose value may still be awaited. */
interface Kept {
  readonly call: number;
  readonly module: Hookable;
  value: unknown;
}

class Collector {
  readonly calls: Map<string, Kept[]>;
  readonly #where: string;
  readonly #how: How;
  readonly #memory: MemoryLimit;
  readonly #stop: EndOfRun;
  readonly #counts: Map<string, number> = new Map();
  readonly #waiting: Set<PromiseLike<void>> = new Set();
  #failure: { readonly error: unknown } | undefined;

  constructor(
    where: string,
    modules: readonly (readonly [string, Hookable])[],
    how: How,
    memory: MemoryLimit,
    stop: EndOfRun,
  ) {
    this.#where = where;
    this.#how = how;
    this.#memory = memory;
    this.#stop = stop;
    this.calls = new Map(modules.map(([path]) => [path, []]));
  }

  /** @throws EndOfRun if the call cannot be captured: the run is of no use then */
  take(path: string, event: ForwardEvent): void {
    const { every = 1, first = Number.POSITIVE_INFINITY, last = Number.POSITIVE_INFINITY } = this.#how;
    const call = this.#counts.get(path) ?? 0;
    this.#counts.set(path, call + 1);
    const kept = this.calls.get(path)!;
    if (this.#failure !== undefined || call % every !== 0 || kept.length === first) return;
    // First, so that a ring needs no room for one more.
    if (kept.length === last) this.#drop(kept.shift()!);
    const entry: Kept = { call, module: event.module, value: undefined };
    kept.push(entry);
    try {
      const value = this.#valueOf(path, entry, event);
      if (isThenable(value)) this.#await(entry, value);
      else entry.value = value;
    } catch (error) {
      this.#failure = { error };
      throw this.#stop;
    }
  }

  #valueOf(path: string, { call }: Kept, event: ForwardEvent): unknown {
    const { take = 'tensors' } = this.#how;
    if (typeof take === 'function') return take(event);
    if (take === 'statistics') return statisticsOf(this.#where, event.output, event.reader);
    this.#memory.add(event.output, event.reader, `${path || 'the model'}, call ${call}`);
    return copyOf(event.output, event.reader);
  }

  #await(entry: Kept, value: PromiseLike<unknown>): void {
    const waiting = value.then(
      (found) => {
        entry.value = found;
      },
      (error) => {
        this.#failure ??= { error };
      },
    );
    this.#waiting.add(waiting);
  }

  /** Waits for values that have to be awaited. @throws what could not be captured */
  async finish(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    await Promise.all(this.#waiting);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  readonly free = (): void => {
    for (const kept of this.calls.values()) for (const one of kept.splice(0)) this.#drop(one);
  };

  #drop({ module, value }: Kept): void {
    if ((this.#how.take ?? 'tensors') !== 'tensors') return;
    this.#memory.subtract(value, module);
    freeCopy(value, module);
  }
}
