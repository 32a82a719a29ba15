/** @file What the maker of a Hookable says about it. */

import type { TensorReader, TensorValues } from './reader.ts';
import type { RegisteredEdit } from './registered-edit.ts';

/** The key of the one option that is not public: only `Module` has it. */
export const reachedByGlobalHooks: unique symbol = Symbol('layertap.reachedByGlobalHooks');

/** Everything that can be registered. */
export type HookKind = 'forward-pre' | 'forward' | 'transform' | 'edit' | 'observer' | 'backward-pre' | 'backward';

/** What a Hookable supports and accepts. An adapter describes its framework here; all of it is optional. */
export interface HookableOptions {
  /** Reads tensors. With it, a hook may replace a tensor only by a tensor. */
  reader?: TensorReader | undefined;
  /** Whether every call returns a promise; pre-hooks may then be asynchronous. Default false. */
  async?: boolean | undefined;
  /** A direct call. Default: `forward` with hooks around it. For a Hookable whose framework makes the calls. */
  call?: ((...inputs: unknown[]) => unknown) | undefined;
  /** The `this` of `forward` in a direct call; hooks get it as their receiver. Default: the Hookable. */
  receiver?: object | undefined;
  /** The kinds that cannot be registered, each with a sentence that says why: it is thrown as a TypeError. */
  unsupported?: { readonly [kind in HookKind]?: string | undefined } | undefined;
  /**
   * Intercepts the framework's calls. Called before every registration, since the interceptor may have been replaced;
   * does nothing if it is in place. If it throws, nothing is registered.
   */
  install?: (() => void) | undefined;
  /** Undoes `install`. Called after the last registration is gone. */
  uninstall?: (() => void) | undefined;
  /** Completes the inputs that a pre-hook returned with those that it may leave out. Default: as returned. */
  completeInputs?: ((before: readonly unknown[], given: readonly unknown[]) => readonly unknown[]) | undefined;
  /** Checks the inputs that a pre-hook returned. Returns what was expected; undefined accepts them. */
  validateInputs?: ((inputs: readonly unknown[], before: readonly unknown[]) => string | undefined) | undefined;
  /** Checks a hook's replacement, a tensor for a tensor. Returns what was expected; undefined accepts it. */
  validateOutput?: ((output: unknown, replacement: unknown) => string | undefined) | undefined;
  /** Why an edit cannot be carried out here; registering it throws that as a TypeError. */
  validateEdit?: ((edit: RegisteredEdit) => string | undefined) | undefined;
  /** For frameworks without garbage collection: `manualMemory(free)`. Needs a `reader`. Default: nothing is freed. */
  memory?: Memory | undefined;
  /** Global hooks reach modules only: an adapter sees just the calls that it intercepts. */
  readonly [reachedByGlobalHooks]?: true;
  /**
   * The object whose properties are the children, if that is not the Hookable. With it, a dot inside a name
   * (`conv.1`) is distinguished from a dot between names (`cells.0`).
   */
  holder?: object | undefined;
  /** Explains an error of the framework that an observer threw; undefined if its message says enough. */
  explainError?: ((cause: unknown) => string | undefined) | undefined;
  /** The framework's graph, for `addGraph` of a SummaryWriter. */
  graph?: (() => Iterable<FrameworkNode>) | undefined;
  /** The module's own parameters, without those of the modules inside, for `summary` and `record`. Default: it has none. */
  parameters?: ((module: object) => Iterable<ModuleParameter>) | undefined;
  /**
   * How to run a call of the module again without its model, for the files of `guard`; a sentence if it cannot be done.
   * Default: it cannot.
   */
  replay?: ((module: object, call: ReplayedCall) => ReplayRecipe | string | Promise<ReplayRecipe | string>) | undefined;
  /**
   * Times the modules inside by the runtime's own profiler, for `profile`: hooks cannot tell when they ran. Rejects with the
   * reason where it cannot. Default: hooks can.
   */
  profiler?: (() => Promise<RuntimeProfiler>) | undefined;
  /** Runs a call for its side effects and frees its output. Default: the call alone. */
  discard?: ((call: () => unknown) => void) | undefined;
}

/** A profiler of a runtime. It is off at first. */
export interface RuntimeProfiler {
  /** Whether runs are timed. */
  isOn: boolean;
  /** Ends it, and gives the events of all runs that were timed. */
  end(): Promise<readonly RuntimeEvent[]>;
}

/** One call of a module, as the runtime timed it. */
export interface RuntimeEvent {
  readonly module: object;
  /** The number of the run among those that were timed. */
  readonly run: number;
  /** In ms, as `performance.now()`. */
  readonly start: number;
  /** In ms. */
  readonly duration: number;
  /** The same without the events inside it. */
  readonly own: number;
}

/** Frees what hooks put out of use. Made by `manualMemory`, so that only programs that use it ship the code. */
export interface Memory {
  /** Frees the tensors in `values` that are not in `kept` too: at once, or when a stream ends. Never throws. */
  free(
    reader: TensorReader | undefined,
    values: readonly unknown[],
    kept: readonly unknown[],
    stream?: object | undefined,
  ): void;
}

/** A parameter of a module. */
export interface ModuleParameter {
  /** Inside its module: `weight`, `kernel`. */
  readonly name: string;
  readonly shape: readonly number[];
  /** Of all its values. */
  readonly bytes: number;
  /** Two modules that share a parameter give the same one. */
  readonly identity: unknown;
  /** Its values, row-major, for the norms in recordings. Default: they are not at hand. */
  readonly values?: (() => TensorValues | Promise<TensorValues>) | undefined;
}

/** The call that a {@link ReplayRecipe} is for. */
export interface ReplayedCall {
  /** Of the module, under the model. */
  readonly path: string;
  /** Its number, as hooks get it. */
  readonly call: number;
  readonly inputs: readonly unknown[];
  /** The name of the model's class. */
  readonly model: string;
  /** The URL of the user's file that makes the model, or its classes. */
  readonly source: string | undefined;
}

/**
 * A script that runs one call of a module again, in another process. It is an ES module: imports, `replay`, which is what `openReplay` of
 * `layertap/inspect` gives, and statements.
 */
export interface ReplayRecipe {
  /** What is imported, by module: `{ Linear }`, `* as tf`, or '' for a module that is only loaded. */
  readonly imports: Readonly<Record<string, string>>;
  /**
   * Statements that make the module and call it with `replay.inputs(…)`. They end with `await replay.check(output, reader)`.
   */
  readonly script: readonly string[];
  /** Tensors that the script finds in `replay.weights`, in this order. */
  readonly weights?: readonly (readonly [name: string, tensor: unknown])[];
  /** Files beside the script, by name. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
  /** What the bits of the output depend on, besides all this: `onnxruntime-node, cpu`. */
  readonly environment: string;
}

/** A node of a framework's graph. */
export interface FrameworkNode {
  /** A module of the same name is this node. */
  readonly name: string;
  /** The operation. */
  readonly op: string;
  /** The names of the nodes that its inputs come from, as TensorFlow writes them: `x`, `split:1`, `^before`. */
  readonly inputs: readonly string[];
  /** The sizes of a constant. */
  readonly shape?: readonly number[] | undefined;
}
