/** @file Hooks around a call that a framework makes. */
import { callHook, type Target } from '../core/call-hook.ts';
import type { Reads } from '../core/event.ts';
import { FORWARD, type HookTable, hookTable, type Lists, listsOf, readsOfAll } from '../core/hook-table.ts';
import { notifyObservers, notifyReaders } from '../core/notify-observers.ts';
import { callSync, finishSync } from '../core/pipeline.ts';
import { callAsync, settle } from '../core/pipeline-async.ts';
import type { TensorReader } from '../core/reader.ts';
import type { Hookable } from '../hookable.ts';

/** The number of a call that began while nothing was registered. */
const UNCOUNTED = -1;

/** Options of {@link intercept}. */
export interface InterceptOptions {
  /** Maps the inputs that the pre-hooks leave; `forward` and the forward hooks get the result. Default: the same. */
  mapInputs?: ((inputs: readonly unknown[]) => readonly unknown[]) | undefined;
  /** The number of a call that has begun, from `listeners.begin()`. Default: the call begins now. */
  call?: number | undefined;
  /** Runs each forward hook and the observers of an asynchronous call, for frameworks with memory scopes. */
  around?: ((hook: () => unknown) => unknown) | undefined;
}

/**
 * For adapters: runs one call of the framework with the hooks of a Hookable around it. An adapter's interceptor ends
 * here.
 * @param forward the call without hooks
 * @param inputs the inputs as hooks see them
 * @returns the output after all hooks; a promise if `forward` returns one or the Hookable is asynchronous
 * @throws what `forward` or a hook throws
 */
export function intercept(
  hookable: Hookable,
  forward: (...inputs: never[]) => unknown,
  inputs: readonly unknown[],
  { mapInputs, call, around }: InterceptOptions = {},
): unknown {
  const table = hookTable(hookable);
  const receiver = table.options.receiver ?? hookable;
  if (!table.active || call === UNCOUNTED)
    return Reflect.apply(forward, receiver, mapInputs === undefined ? inputs : mapInputs(inputs));
  const target = { module: hookable, table, callee: { forward }, mapInputs, calls: callsInside(around) };
  const run = table.options.async === true ? callAsync : callSync;
  return run(target, receiver, call ?? table.calls++, ...inputs);
}

const callsInside = (around: InterceptOptions['around']): Target['calls'] =>
  around && {
    callHook: (...given) => around(() => callHook(...given)),
    notifyObservers: (...given) => void around(() => notifyObservers(...given)),
  };

/** What follows from the current lists. */
interface Facts {
  readonly lists: Lists;
  readonly mayReplace: boolean;
  readonly reads: Reads | undefined;
}

/**
 * For adapters: the registrations of one Hookable, and a faster way than {@link intercept} for synchronous calls
 * without pre-hooks: `begin()` before the framework's call, `after()` after it. Made by {@link listenersOf}.
 */
export class Listeners {
  readonly #hookable: Hookable;
  readonly #table: HookTable;
  readonly #receiver: object;
  readonly #target: Target;
  #facts: Facts | undefined;

  constructor(hookable: Hookable, around?: InterceptOptions['around']) {
    const table = hookTable(hookable);
    this.#hookable = hookable;
    this.#table = table;
    this.#receiver = table.options.receiver ?? hookable;
    // The call has been made.
    const callee = { forward: () => undefined };
    this.#target = { module: hookable, table, callee, mapInputs: undefined, calls: callsInside(around) };
  }

  /** Whether a registration may change inputs, outputs or gradients. False with observers alone. */
  get mayReplace(): boolean {
    return this.#current().mayReplace;
  }

  /** Whether anything runs before `forward`. */
  get hasPreHooks(): boolean {
    return listsOf(this.#table).preHooks.length > 0;
  }

  /** Counts a call as it starts. @returns its number, for `after` or `intercept` */
  begin(): number {
    return this.#table.active ? this.#table.calls++ : UNCOUNTED;
  }

  /**
   * Runs the forward hooks and observers of a call; none if nothing was registered when it began.
   * @param call what `begin` returned
   * @param inputs what forward received
   * @param output what it returned; not a promise
   * @returns the output after all hooks
   * @throws what a hook throws
   */
  after(call: number, inputs: readonly unknown[], output: unknown): unknown {
    if (call === UNCOUNTED) return output;
    return finishSync(this.#hookable, this.#table, inputs, output, call, this.#receiver);
  }

  /**
   * The same for a Hookable that is asynchronous: its hooks are awaited.
   * @param output may be a promise; one that rejects runs the hooks with `alwaysCall`
   * @returns the output after all hooks; rejects with what a hook throws, or with what `output` rejects with
   */
  afterAsync(call: number, inputs: readonly unknown[], output: unknown): Promise<unknown> {
    if (call === UNCOUNTED) return Promise.resolve(output);
    return settle(this.#target, inputs, inputs, inputs, output as PromiseLike<unknown>, call, this.#receiver);
  }

  #current(): Facts {
    const table = this.#table;
    const lists = listsOf(table);
    if (this.#facts?.lists === lists) return this.#facts;
    const mayReplace =
      table.global.active || table.ofKind('forward-pre', ...FORWARD, 'backward-pre', 'backward').length > 0;
    this.#facts = { lists, mayReplace, reads: readsOfAll(lists.observers) };
    return this.#facts;
  }

  /** Changes with each registration and removal. */
  get version(): number {
    return this.#table.version;
  }

  /** Counts the edits of a call that the adapter has carried out itself. */
  countEdits(): void {
    for (const entry of listsOf(this.#table).hooks) if (entry.kind === 'edit') entry.calls++;
  }

  /**
   * What all observers can do with instead of the output: statistics of its tensors, or their values. Undefined if one needs
   * the output itself, or if there is none.
   */
  get reads(): Reads | undefined {
    return this.#current().reads;
  }

  /**
   * Runs the observers of a call alone, if they only read (`reads`). Their events have no inputs.
   * @param output the output with stand-ins for its tensors
   * @param reader reads the stand-ins. Called before the observers return, or not at all
   * @throws what an observer throws that is not isolated
   */
  notifyReaders(call: number, output: unknown, reader: TensorReader): void {
    if (call === UNCOUNTED) return;
    notifyReaders(listsOf(this.#table).observers, this.#hookable, output, reader, call, this.#receiver);
  }

  /** Runs the observers of a call alone, with the output after its edits. */
  notify(call: number, inputs: readonly unknown[], output: unknown): void {
    if (call === UNCOUNTED) return;
    const { observers } = listsOf(this.#table);
    notifyObservers(observers, this.#table, this.#hookable, inputs, output, call, this.#receiver);
  }
}

/**
 * For adapters: the listeners of a Hookable. Look them up once, not in every call.
 * @param around as for {@link intercept}; for `afterAsync` alone
 * @throws TypeError for anything else
 */
export function listenersOf(hookable: Hookable, around?: InterceptOptions['around']): Listeners {
  return new Listeners(hookable, around);
}

/**
 * For adapters: an array of inputs, each read when a hook first asks for it. For frameworks in which reading an input
 * costs something, such as a copy from a device. For `after` and `notify`; `intercept` reads them all for `forward`.
 * @param count the length of the array
 * @param read called at most once for each index
 */
export function inputsOnDemand(count: number, read: (index: number) => unknown): readonly unknown[] {
  const inputs = new Array<unknown>(count);
  for (let i = 0; i < count; i++) {
    const keep = (value: unknown) => {
      Object.defineProperty(inputs, i, { value, writable: true, configurable: true, enumerable: true });
      return value;
    };
    Object.defineProperty(inputs, i, { get: () => keep(read(i)), set: keep, configurable: true, enumerable: true });
  }
  return inputs;
}
