/** @file The target of the contract cases, and a bench for each case. */
import { FUNCTION } from '../check/index.ts';
import type {
  ForwardEvent,
  Hookable,
  ObserveOptions,
  ReadingEvent,
  ReadOptions,
  RemovableHandle,
} from '../hooks/index.ts';
import { checkTarget, HOOKABLE } from './check-target.ts';
import { check, isPromise } from './checks.ts';

/** Something hookable to test, and how to use it. */
export interface ContractTarget<T> {
  /** Starts the names of the cases. */
  name: string;
  /**
   * `sync`: forward returns its output. `promise`: forward returns a promise but is not declared async. `async`: it is
   * declared async, so pre-hooks may be async too.
   */
  mode: 'sync' | 'promise' | 'async';
  /** Whether forward takes inputs besides its tensor. */
  extraInputs: boolean;
  /**
   * Whether hooks only get outputs: registering a pre-hook must throw a TypeError, and no hook runs when forward throws.
   * Leaves out the cases that need either. Default false.
   */
  outputsOnly?: boolean;
  /** A one-dimensional tensor with these values. */
  tensor(values: readonly number[]): T;
  /** The values of such a tensor. Called inside the hook for a tensor that a hook gets: it may be freed later. */
  values(tensor: T): readonly number[] | Promise<readonly number[]>;
  /** A fresh subject. Its forward first calls `onForward` with its inputs, which may throw, and then doubles its tensor. */
  create(onForward: (inputs: readonly unknown[]) => void): ContractSubject;
  /** A fresh subject whose forward returns a stream of these chunks. Omit it if outputs are never streams. */
  createStream?(chunks: readonly unknown[]): ContractSubject;
}

/** What {@link hookContract} tests. */
export interface ContractSubject {
  hookable: Hookable;
  /** Calls it as its users do: directly, or through its framework. */
  call(...inputs: unknown[]): unknown;
  /** The receiver that hooks must get for these calls. Default: the Hookable. */
  receiver?: unknown;
}

/** A test case. */
export interface ContractCase {
  name: string;
  /** Rejects if the contract is broken. */
  run(): Promise<void>;
}

type Register<Hook> = (hook: Hook, options?: object) => RemovableHandle;
type Inputs = readonly unknown[];
type AfterHook = (module: unknown, inputs: Inputs, output: unknown, call: number, receiver: unknown) => unknown;
type BeforeHook = (module: unknown, inputs: Inputs, call: number, receiver: unknown) => unknown;

/** A subject with the helpers of a case. */
export interface Bench<T> {
  hookable: Hookable;
  /** The inputs of each call of forward. */
  received: (readonly unknown[])[];
  /** Runs at the start of forward. */
  onForward: () => void;
  /** Calls the subject with a tensor of `[1, 2]` and returns the values of the output. */
  run(): Promise<readonly number[]>;
  call(...inputs: unknown[]): unknown;
  input: T;
  /** The receiver that hooks must get. */
  receiver: unknown;
  after: Register<AfterHook>;
  /** `after`, with `alwaysCall`. */
  always(hook: AfterHook): RemovableHandle;
  before: Register<BeforeHook>;
  observe(observer: (event: ForwardEvent) => unknown, options?: ObserveOptions): RemovableHandle;
  /** An observer with the option `reads`. */
  read(observer: (event: ReadingEvent) => unknown, options: ReadOptions): RemovableHandle;
  hasPreHooks: boolean;
  /** `before`, if the target has pre-hooks, and `after`. */
  registers: Register<(module: unknown, inputs: Inputs) => unknown>[];
}

/** Collects the cases for one target. */
export class Suite<T> {
  readonly target: ContractTarget<T>;
  readonly cases: ContractCase[] = [];
  readonly #cleanup: RemovableHandle[] = [];

  constructor(target: ContractTarget<T>) {
    this.target = target;
  }

  /** Adds a case with a fresh bench, whose registrations are removed afterwards. */
  add(name: string, body: (bench: Bench<T>) => Promise<void>): void {
    const run = async () => {
      try {
        await body(this.#bench());
      } finally {
        for (const handle of this.#cleanup.splice(0)) handle.remove();
      }
    };
    this.cases.push({ name: `${this.target.name}: ${name}`, run });
  }

  /** Adds a case that needs pre-hooks, or hooks that run when forward throws. */
  addUnlessOutputsOnly(name: string, body: (bench: Bench<T>) => Promise<void>): void {
    if (this.target.outputsOnly !== true) this.add(name, body);
  }

  /** Removes a handle after the case. */
  keep(handle: RemovableHandle): RemovableHandle {
    this.#cleanup.push(handle);
    return handle;
  }

  /** The values of a tensor. Reads them synchronously if the target can. */
  async valuesOf(tensor: unknown): Promise<readonly number[]> {
    return [...(await this.target.values(tensor as T))];
  }

  /** The error of a call that must throw or reject. */
  async rejected(b: Bench<T>): Promise<Error> {
    try {
      await b.call(b.input);
    } catch (error) {
      if (error instanceof Error) return error;
      throw new Error(`the call threw ${String(error)}, not an Error`);
    }
    throw new Error('the call did not throw');
  }

  #bench(): Bench<T> {
    const { mode, outputsOnly } = this.target;
    const received: (readonly unknown[])[] = [];
    const subject = this.target.create((inputs) => {
      received.push(inputs);
      made.onForward();
    });
    checkTarget('hookContract()', 'what create() gives', subject, { hookable: HOOKABLE, call: FUNCTION });
    const { hookable, call, ...more } = subject;
    const before: Register<BeforeHook> = (hook, options) =>
      this.keep(hookable.registerForwardPreHook(hook as never, options));
    const after: Register<AfterHook> = (hook, options) =>
      this.keep(hookable.registerForwardHook(hook as never, options));
    const made: Bench<T> = {
      hookable,
      received,
      call,
      onForward: () => {},
      input: this.target.tensor([1, 2]),
      receiver: 'receiver' in more ? more.receiver : hookable,
      after,
      always: (hook) => after(hook, { alwaysCall: true }),
      before,
      observe: (observer, options) => this.keep(hookable.observe(observer, options)),
      read: (observer, options) => this.keep(hookable.observe(observer, options)),
      hasPreHooks: outputsOnly !== true,
      registers: outputsOnly === true ? [after] : [before, after],
      run: async () => {
        const result = call(made.input);
        const got = isPromise(result) ? 'a promise' : 'a value';
        check((got === 'a promise') === (mode !== 'sync'), `a ${mode} call returned ${got}`);
        return this.valuesOf(await result);
      },
    };
    return made;
  }
}
