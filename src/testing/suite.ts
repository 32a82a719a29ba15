/** @file What is put to the test, and a bench for each case. */
import type { ForwardEvent, Hookable, ObserveOptions, RemovableHandle } from '../hooks/index.ts';
import { check, isPromise } from './checks.ts';

/** What is put to the test, and how to speak to it. */
export interface ContractTarget<T> {
  /** For the names of the cases. */
  name: string;
  /**
   * `sync`: forward gives its output. `promise`: it gives a promise, without having said so. `async`: it has said so,
   * and pre-hooks may wait too.
   */
  mode: 'sync' | 'promise' | 'async';
  /** Whether forward can be called with more inputs than its tensor. */
  extraInputs: boolean;
  /**
   * Whether hooks are reached by outputs alone: no pre-hooks, whose registration must throw a TypeError, and nothing
   * runs when forward throws. Default false. The cases that need one of these are left out.
   */
  outputsOnly?: boolean;
  /** A tensor of one dimension with these values. */
  tensor(values: readonly number[]): T;
  /** The values of such a tensor. Of one that a hook is given, they are asked for inside the hook: it may be freed later. */
  values(tensor: T): readonly number[] | Promise<readonly number[]>;
  /** A fresh subject whose forward first calls `onForward` with its inputs, which may throw, and then doubles its tensor. */
  create(onForward: (inputs: readonly unknown[]) => void): ContractSubject;
  /** A fresh subject whose forward gives a stream of these chunks. Left out where outputs are tensors and nothing else. */
  createStream?(chunks: readonly unknown[]): ContractSubject;
}

export interface ContractSubject {
  hookable: Hookable;
  /** Runs it as its users do: directly, or through the framework that it belongs to. */
  call(...inputs: unknown[]): unknown;
  /** The object that these calls run on, as hooks are given it. Default: the Hookable. */
  receiver?: unknown;
}

/** One case: throws, or rejects, where the contract does not hold. */
export interface ContractCase {
  name: string;
  run(): Promise<void>;
}

export type Hook = (module: unknown, inputs: readonly unknown[], output?: unknown) => never;

/** A subject with what its cases need around it. */
export interface Bench<T> {
  hookable: Hookable;
  /** What forward was called with, a list for each call. */
  received: (readonly unknown[])[];
  /** Set to make forward do something first. */
  onForward: () => void;
  /** Calls the subject with a tensor of `[1, 2]`, and gives the values that came out. */
  run(): Promise<readonly number[]>;
  call(...inputs: unknown[]): unknown;
  input: T;
  /** What hooks must get as their receiver. */
  receiver: unknown;
  after(hook: Hook | ((...values: never[]) => unknown), options?: object): RemovableHandle;
  before(hook: Hook | ((...values: never[]) => unknown), options?: object): RemovableHandle;
  observe(observer: (event: ForwardEvent) => unknown, options?: ObserveOptions): RemovableHandle;
  /** `before` and `after`, as far as the target has them. */
  registers: ((hook: (...values: never[]) => unknown, options?: object) => RemovableHandle)[];
}

/** Collects the cases for one target. */
export class Suite<T> {
  readonly target: ContractTarget<T>;
  readonly cases: ContractCase[] = [];
  readonly #cleanup: RemovableHandle[] = [];

  constructor(target: ContractTarget<T>) {
    this.target = target;
  }

  /** A case on a fresh bench. What it registers is removed afterwards. */
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

  /** A case that needs pre-hooks, or hooks that run when forward throws. */
  addUnlessOutputsOnly(name: string, body: (bench: Bench<T>) => Promise<void>): void {
    if (this.target.outputsOnly !== true) this.add(name, body);
  }

  /** Has a handle removed after the case. */
  keep(handle: RemovableHandle): RemovableHandle {
    this.#cleanup.push(handle);
    return handle;
  }

  /** The values of a tensor, asked for at once. */
  async valuesOf(tensor: unknown): Promise<readonly number[]> {
    return [...(await this.target.values(tensor as T))];
  }

  /** The error that a call throws or rejects with. */
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
    const { hookable, call, ...more } = this.target.create((inputs) => {
      received.push(inputs);
      made.onForward();
    });
    const before: Bench<T>['before'] = (hook, options) =>
      this.keep(hookable.registerForwardPreHook(hook as Hook, options));
    const after: Bench<T>['after'] = (hook, options) => this.keep(hookable.registerForwardHook(hook as Hook, options));
    const made: Bench<T> = {
      hookable,
      received,
      call,
      onForward: () => {},
      input: this.target.tensor([1, 2]),
      receiver: 'receiver' in more ? more.receiver : hookable,
      after,
      before,
      observe: (observer, options) => this.keep(hookable.observe(observer, options)),
      registers: outputsOnly === true ? [after] : [before, after],
      run: async () => {
        const result = call(made.input);
        check(
          isPromise(result) === (mode !== 'sync'),
          `a ${mode} call gave ${isPromise(result) ? 'a promise' : 'a value'}`,
        );
        return this.valuesOf(await result);
      },
    };
    return made;
  }
}
