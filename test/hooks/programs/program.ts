/** @file Programs of hooks as data, and the interface of the sides that run them. */

/** `sync` returns a value. `promise` returns a promise but is not declared async. `async` is declared async. */
export type Kind = 'sync' | 'promise' | 'async';

export interface ModuleData {
  kind: Kind;
  /** An instance of a class, or an attached method that is called as a Hookable or as a property of its object. */
  made: 'class' | 'attached' | 'property';
  /** The indices of the modules that forward calls, in order. Always larger than the module's own index. */
  calls: number[];
  adds: number;
  /** Forward throws if the sum of its inputs modulo 7 is this; 7 means never. */
  throwsAt: number;
  /** Whether a forward of kind `promise` throws synchronously instead of rejecting. */
  early: boolean;
}

/** Registrations for the duration of a call. */
export interface Scope {
  how: 'using' | 'withHooks';
  registrations: Registration[];
}

/** The action of a hook when it fires. Handles and modules are indices modulo their number. */
export type Act =
  | { act: 'nothing' }
  /** Fires the pending timers. */
  | { act: 'time' }
  | { act: 'remove'; handle: number | 'own' }
  | { act: 'register'; registration: Registration }
  | { act: 'call'; module: number | 'own'; value: number; catches: boolean; scope: Scope | undefined }
  | { act: 'removeAll'; module: number | 'own' };

/** The return value of a hook: inputs from a pre-hook, an output from a hook. */
export type Give =
  | { give: 'nothing' | 'null' | 'throw' }
  | { give: 'constant' | 'add' | 'throw if divisible'; number: number }
  | { give: 'array'; numbers: number[] };

export interface HookData {
  act: Act;
  give: Give;
  /**
   * Makes it an async function: it waits before it returns and, on a module that awaits hooks, before it acts. An observer
   * settles after the call.
   */
  later: boolean;
}

export type Operator =
  | { operator: 'map' | 'filter' | 'take' | 'throw at' | 'emits on subscription'; number: number }
  | { operator: 'scan' | 'two' | 'retry' | 'catchError' | 'null' | 'promise' | 'later' }
  | { operator: 'call'; module: number | 'own'; value: number };

export type SelectorData =
  | { select: 'glob'; glob: string }
  | { select: 'RegExp'; source: string; flags: string }
  | { select: 'class'; name: 'Hookable' | 'Module' | 'AsyncNumeric' }
  | { select: 'predicate'; odd: boolean };

/** A module, or a selection below it. */
export interface On {
  module: number;
  selector: SelectorData | undefined;
}

export type Registration =
  | (On & { kind: 'forward'; hook: HookData; prepend: boolean; alwaysCall: boolean })
  | (On & { kind: 'forward-pre'; hook: HookData; prepend: boolean })
  | (On & { kind: 'observer'; hook: HookData })
  /** Subscribes to the events, and unsubscribes in its next after `takes` of them; 0 takes all. */
  | (On & { kind: 'subscriber'; hook: HookData; takes: number })
  | (On & { kind: 'transform'; operators: Operator[] })
  | { kind: 'global forward'; hook: HookData; alwaysCall: boolean }
  | { kind: 'global forward-pre'; hook: HookData };

export interface Call {
  module: number;
  value: number;
  scope: Scope | undefined;
}

export type SmallStep =
  | { step: 'register'; registration: Registration }
  | { step: 'remove'; handle: number }
  | { step: 'removeAll'; module: number }
  | { step: 'time' };

export type Step =
  | SmallStep
  | { step: 'calls'; calls: Call[] }
  /** Overlapping calls, which wait at gates. The turns open the gates and take other steps in between. */
  | { step: 'together'; calls: Call[]; turns: (SmallStep | { step: 'open'; gate: number })[] };

export interface Program {
  modules: ModuleData[];
  steps: Step[];
}

/** The arguments of a hook, pre-hook or observer. `more` is the call number, and the path of an event. */
export type Fire = (module: number, inputs: readonly unknown[], output: unknown, more: string) => unknown;

/** A registration with its module in range. */
export interface Hook {
  data: Registration;
  /** The name of the function, which errors must contain. */
  name: string;
  fire: Fire;
  /** The effect of the operator `call`. Its own module is that of the registration, even for a selection below it. */
  operate(operator: Operator & { operator: 'call' }): void;
  /** Calls `emit` when time passes. */
  later(emit: () => void): void;
}

export interface Removable {
  remove(): void;
  [Symbol.dispose](): void;
}

export interface Listed {
  module: number;
  kind: string;
  name: string;
  calls: number;
}

/** An implementation that runs programs. */
export interface Side {
  call(module: number, value: number): unknown;
  register(hook: Hook): Removable;
  withHooks(register: () => void, run: () => unknown): unknown;
  removeAll(module: number): void;
  list(root: number): Listed[];
  /** Restores everything global. */
  close(): void;
}

/** The forward of a module, called by a side. `child` calls another module with its hooks. */
export type Forward = (
  module: number,
  inputs: readonly unknown[],
  child: (index: number, value: number) => unknown,
) => unknown;

export type Log = (line: string) => void;

/** Makes a side. `log` gets reports and warnings. */
export type MakeSide = (modules: readonly ModuleData[], forward: Forward, log: Log) => Side;

export const isPromise = (value: unknown): value is Promise<unknown> => value instanceof Promise;
