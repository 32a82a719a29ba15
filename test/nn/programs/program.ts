/**
 * @file Programs over real layers, as data: JSON, so that PyTorch runs them too. Modules are numbered; what a container
 * holds has a lower number than the container, so that nothing that is put into one can make a cycle.
 */

export type Class = 'Linear' | 'ReLU' | 'Identity' | 'Sequential';

export type ModuleData =
  /** `bias` is -1 for none. `inherits` is a subclass whose forward calls the inherited one and adds 1. */
  | { kind: 'Linear'; weight: number; bias: number; inherits: boolean }
  | { kind: 'ReLU' | 'Identity' }
  | { kind: 'Sequential'; children: number[]; inherits: boolean }
  /** A forward of the user's own: `acts[i]` are done before the i-th child is called, the last ones at the end. */
  | { kind: 'Own'; children: number[]; acts: Act[][]; gives: Give };

export type Layered = Extract<ModuleData, { children: number[] }>;

/** What a hook makes of the value that it gets. */
export type Give = 'nothing' | 'plus' | 'times' | 'throw';

/** An index is taken modulo the size that the container has by then. */
export type Act =
  | { act: 'register' | 'remove'; hook: number }
  /** `assign`, or the idiom `parameter.data.fill(value)`. */
  | { act: 'assign'; parameter: number; values: number[] }
  | { act: 'fill'; parameter: number; value: number }
  /** Writes into the array that the parameter was made from: a Parameter has copied it. */
  | { act: 'write source'; parameter: number; value: number }
  /** Gives a Linear another Parameter, or one that other layers have too; -1 is no bias. */
  | { act: 'set'; module: number; what: 'weight' | 'bias'; parameter: number }
  /** Puts a plain Tensor in the Parameter's place. */
  | { act: 'set tensor'; module: number; what: 'weight' | 'bias'; parameter: number }
  | { act: 'swap' | 'insert'; container: number; index: number; module: number }
  | { act: 'append'; container: number; module: number }
  | { act: 'pop'; container: number; index: number }
  /** Assigns forward, to an instance or to the prototype of a class: `plus` is another forward, `wrap` calls the one before. */
  | { act: 'patch'; on: number | Class; how: 'plus' | 'wrap' }
  | { act: 'unpatch'; on: number | Class }
  | { act: 'dispose'; module: number }
  /** Calls a module, or only its forward; what it throws is logged and goes no further. */
  | { act: 'call' | 'forward'; module: number; input: number };

export type Target = { module: number } | 'global' | { attach: number | Class };

export interface HookData {
  kind: 'hook' | 'pre-hook' | 'transform' | 'observer';
  on: Target;
  prepend: boolean;
  alwaysCall: boolean;
  acts: Act[];
  gives: Give;
}

export interface Values {
  shape: number[];
  values: number[];
}

export interface Program {
  parameters: Values[];
  inputs: Values[];
  modules: ModuleData[];
  hooks: HookData[];
  /** What happens outside of any call. The last module is called at the end, in any case. */
  steps: Act[];
}

/** What a program runs on. Modules, parameters and values of a side are its own; the runner only passes them on. */
export interface Side<M, P, T> {
  tensor(values: Values): T;
  show(value: T): string;
  /** Each value changed, to a new tensor. */
  map(value: T, change: (x: number) => number): T;
  parameter(values: Values): P;
  make(data: ModuleData, children: M[], parameters: P[], forward: (own: M, input: T) => T): M;
  /** A child of a module that was made of children. */
  child(container: M, index: number): M;
  size(container: M): number;
  call(module: M, input: T): T;
  forward(module: M, input: T): T;
  register(hook: HookData, on: M | undefined, fire: Fire<M, T>): () => void;
  assign(parameter: P, values: number[]): void;
  fill(parameter: P, value: number): void;
  writeSource(parameter: P, value: number): void;
  set(module: M, what: 'weight' | 'bias', parameter: P | null): void;
  setTensor(module: M, what: 'weight' | 'bias', parameter: P): void;
  swap(container: M, index: number, module: M): void;
  insert(container: M, index: number, module: M): void;
  pop(container: M, index: number): void;
  patch(on: M | Class, forward: (module: M, input: T, before: (input: T) => T) => T): void;
  unpatch(on: M | Class): void;
  dispose(module: M): void;
  /** Keys and values; a module under several paths has several. */
  state(root: M): [string, string][];
  /** In a word, what an error is: the same one on both sides. */
  nameOf(error: unknown): string;
  /** Undoes what would outlive the program. */
  close(): void;
}

/**
 * `module` is where it fires; undefined is an attached method, whose `receiver` is the module. A transform is not given
 * the number of the call.
 */
export type Fire<M, T> = (
  module: M | undefined,
  input: T,
  output: T | undefined,
  call?: number,
  receiver?: M,
) => T | undefined;

export class UserError extends Error {}
