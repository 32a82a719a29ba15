import type { TensorReader } from './reader.ts';

/** The key of the one trait that is not public: only `Module` has it. */
export const reachedByGlobalHooks: unique symbol = Symbol('layertap.reachedByGlobalHooks');

/** Everything that can be registered. */
export type HookKind = 'forward-pre' | 'forward' | 'transform' | 'observer' | 'backward-pre' | 'backward';

/** What whoever makes a Hookable says about it. An adapter says here what its framework can do and will take. */
export interface HookableOptions {
  /** How its outputs are read; without one, and without `validateOutput`, a hook's replacement is not checked. */
  reader?: TensorReader | undefined;
  /** Whether every call gives a promise; pre-hooks may wait there. Default false. */
  async?: boolean | undefined;
  /** What a direct call does. Default: forward, with hooks around it. For places where the framework runs the hooks. */
  call?: ((...inputs: unknown[]) => unknown) | undefined;
  /** The object that a direct call runs on, as hooks are given it. Default: the Hookable itself. */
  receiver?: object | undefined;
  /** What is unsupported here, with the sentence that says why: registering it throws that as a TypeError. */
  unsupported?: { readonly [kind in HookKind]?: string | undefined } | undefined;
  /**
   * Puts an interceptor where the framework calls this place. Called before every registration, since somebody may have
   * replaced the one that stood there: does nothing where it stands. What it throws, registering throws.
   */
  install?: (() => void) | undefined;
  /** Leaves everything as it was found. Called when the last registration is gone. */
  uninstall?: (() => void) | undefined;
  /** What a pre-hook gave as inputs, completed by what it may leave out. Default: as given. */
  completeInputs?: ((before: readonly unknown[], given: readonly unknown[]) => readonly unknown[]) | undefined;
  /** What was expected, where forward cannot take the inputs that a pre-hook gave. */
  validateInputs?: ((inputs: readonly unknown[], before: readonly unknown[]) => string | undefined) | undefined;
  /** What was expected, where a hook's replacement cannot stand in the place of an output. Default: a tensor for a tensor. */
  validateOutput?: ((output: unknown, replacement: unknown) => string | undefined) | undefined;
  /** Global hooks are for modules: of what a framework calls, an adapter sees only what it has intercepted. */
  readonly [reachedByGlobalHooks]?: true;
  /**
   * The framework's own object, where it is the properties of that which hold the children. It shows which dots in their
   * names are between two names (`cells.0`). Default: the Hookable itself.
   */
  holder?: object | undefined;
  /** What an error of the framework's means that an observer threw or rejected with; undefined where it says enough. */
  explainError?: ((cause: unknown) => string | undefined) | undefined;
  /** The graph of what it computes, where the framework has one. */
  graph?: (() => Iterable<FrameworkNode>) | undefined;
  /** Runs a call whose output nobody wants, and frees what it made, where that takes more than letting go of it. */
  discard?: ((call: () => unknown) => void) | undefined;
}

/** A node of a framework's own graph. */
export interface FrameworkNode {
  /** Its name: where a module has the same, that is the node. */
  readonly name: string;
  /** What it computes. */
  readonly op: string;
  /** The names of the nodes that it gets its inputs from, as TensorFlow writes them: `x`, `split:1`, `^before`. */
  readonly inputs: readonly string[];
  /** Of a constant: its sizes. */
  readonly shape?: readonly number[] | undefined;
}
