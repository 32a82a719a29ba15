/** @file Programs of hooks as data, and what they run on. */

/** `sync` gives a value, `promise` gives a promise without having said so, `async` says that it is asynchronous. */
export type Kind = 'sync' | 'promise' | 'async';

export interface ModuleData {
  kind: Kind;
  /** A class; or a method that is attached, and called as a Hookable, or by whoever calls the object's property. */
  made: 'class' | 'attached' | 'property';
  /** The modules that forward calls, in order, by index; always larger ones than the module's own. */
  calls: number[];
  adds: number;
  /** Forward throws where the sum of its inputs leaves this remainder by 7; 7 is never. */
  throwsAt: number;
  /** Whether a forward of kind `promise` throws, instead of rejecting. */
  early: boolean;
}

/** Registrations that are there only while something is called. */
export interface Scope {
  how: 'using' | 'withHooks';
  registrations: Registration[];
}

/** What a hook does when it fires. Handles and modules are indices, taken modulo how many there are. */
export type Act =
  | { act: 'nothing' }
  /** Emits what waits for a timer. */
  | { act: 'time' }
  | { act: 'remove'; handle: number | 'own' }
  | { act: 'register'; registration: Registration }
  | { act: 'call'; module: number | 'own'; value: number; catches: boolean; scope: Scope | undefined }
  | { act: 'removeAll'; module: number | 'own' };

/** What a hook gives back: of a pre-hook the inputs, of a hook the output. */
export type Give =
  | { give: 'nothing' | 'null' | 'throw' }
  | { give: 'constant' | 'add' | 'throw if divisible'; number: number }
  | { give: 'array'; numbers: number[] };

export interface HookData {
  act: Act;
  give: Give;
  /**
   * An async function: it waits before it gives, and on a module that awaits hooks before it acts. What an observer
   * gives or rejects comes when the call is over.
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

/** A module, or those that are selected below it. */
export interface On {
  module: number;
  selector: SelectorData | undefined;
}

export type Registration =
  | (On & { kind: 'forward'; hook: HookData; prepend: boolean; alwaysCall: boolean })
  | (On & { kind: 'forward-pre'; hook: HookData; prepend: boolean })
  | (On & { kind: 'observer'; hook: HookData })
  /** Subscribes to the events, and unsubscribes inside its own next at the last that it takes; 0 takes all. */
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
  /** Calls that are under way together. Each waits at gates; the turns say which gate opens next, and what happens meanwhile. */
  | { step: 'together'; calls: Call[]; turns: (SmallStep | { step: 'open'; gate: number })[] };

export interface Program {
  modules: ModuleData[];
  steps: Step[];
}

/** What a hook, a pre-hook or an observer is told, as far as both sides have it: `more` is the call, and an observer's path. */
export type Fire = (module: number, inputs: readonly unknown[], output: unknown, more: string) => unknown;

/** One registration, its module already in range. */
export interface Hook {
  data: Registration;
  /** The function's name, which errors must tell. */
  name: string;
  fire: Fire;
  /** What an operator `call` does: its own module is the one that was registered on, also where others were selected there. */
  operate(operator: Operator & { operator: 'call' }): void;
  /** Has something emitted when time passes. */
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

/** What a program runs on. */
export interface Side {
  call(module: number, value: number): unknown;
  register(hook: Hook): Removable;
  withHooks(register: () => void, run: () => unknown): unknown;
  removeAll(module: number): void;
  list(root: number): Listed[];
  /** Undoes what would outlive the program. */
  close(): void;
}

/** A side calls this as the forward of a module; `child` calls another one, with its hooks. */
export type Forward = (
  module: number,
  inputs: readonly unknown[],
  child: (index: number, value: number) => unknown,
) => unknown;

export type Log = (line: string) => void;

/** How a side is made: `log` gets reports and warnings. */
export type MakeSide = (modules: readonly ModuleData[], forward: Forward, log: Log) => Side;

export const isPromise = (value: unknown): value is Promise<unknown> => value instanceof Promise;
