/**
 * @file Programs over real layers, as JSON, so that PyTorch can run them too. Modules are numbered. Those in a container have
 * lower numbers than the container, which rules out cycles.
 */

export type Class = 'Linear' | 'ReLU' | 'Identity' | 'Sequential';

export type ModuleData =
  /** `bias` is -1 for none. `inherits` is a subclass whose forward calls the inherited one and adds 1. */
  | { kind: 'Linear'; weight: number; bias: number; inherits: boolean }
  | { kind: 'ReLU' | 'Identity' }
  | { kind: 'Sequential'; children: number[]; inherits: boolean }
  /** A user's module: its forward performs `acts[i]` before it calls the i-th child, and the last acts at the end. */
  | { kind: 'Own'; children: number[]; acts: Act[][]; gives: Give };

export type Layered = Extract<ModuleData, { children: number[] }>;

/** How a hook changes its value. */
export type Give = 'nothing' | 'plus' | 'times' | 'throw';

/** An index counts modulo the current size of the container. */
export type Act =
  | { act: 'register' | 'remove'; hook: number }
  /** `assign`, or the idiom `parameter.data.fill(value)`. */
  | { act: 'assign'; parameter: number; values: number[] }
  | { act: 'fill'; parameter: number; value: number }
  /** Writes to the array behind the parameter's initial value, which the Parameter has copied. */
  | { act: 'write source'; parameter: number; value: number }
  /** Gives a Linear another Parameter, possibly a shared one; -1 is no bias. */
  | { act: 'set'; module: number; what: 'weight' | 'bias'; parameter: number }
  /** Puts a plain Tensor in place of a Parameter. */
  | { act: 'set tensor'; module: number; what: 'weight' | 'bias'; parameter: number }
  | { act: 'swap' | 'insert'; container: number; index: number; module: number }
  | { act: 'append'; container: number; module: number }
  | { act: 'pop'; container: number; index: number }
  /** Assigns forward on an instance or a prototype: `plus` replaces it, `wrap` calls the previous one. */
  | { act: 'patch'; on: number | Class; how: 'plus' | 'wrap' }
  | { act: 'unpatch'; on: number | Class }
  | { act: 'dispose'; module: number }
  /** Calls a module, or only its forward, and logs an error instead of throwing it. */
  | { act: 'call' | 'forward'; module: number; input: number };

export type Target = { module: number } | 'global' | { attach: number | Class };

export interface HookData {
  /** A reader is an observer with the option `reads`. */
  kind: 'hook' | 'pre-hook' | 'transform' | 'observer' | 'reader';
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
  /** The acts outside of any call. At the end, the last module is called in any case. */
  steps: Act[];
}

/** An implementation that runs programs. Its modules, parameters and values are opaque to the runner. */
export interface Side<M, P, T> {
  tensor(values: Values): T;
  show(value: T): string;
  /** A new tensor of changed values. */
  map(value: T, change: (x: number) => number): T;
  parameter(values: Values): P;
  make(data: ModuleData, children: M[], parameters: P[], forward: (own: M, input: T) => T): M;
  /** The current child of a container or a user's module. */
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
  /** Keys and values of the state dict. */
  state(root: M): [string, string][];
  /** A name for an error, the same on both sides. */
  nameOf(error: unknown): string;
  /** Undoes effects that would outlive the program. */
  close(): void;
}

/** `module` is undefined for an attached method, whose `receiver` is the module. A transform gets no call number. */
export type Fire<M, T> = (
  module: M | undefined,
  input: T,
  output: T | undefined,
  call?: number,
  receiver?: M,
) => T | undefined;

export class UserError extends Error {}
