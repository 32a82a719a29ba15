/** @file The nodes of a graph as places for hooks, in whichever of two ways hooks get there. */
import type { Tensor } from './framework.ts';

export interface GraphPlaces {
  /** All nodes by name, also those that cannot be hooked. */
  readonly nodes: ReadonlyMap<string, NodeInfo>;
  /**
   * Puts something between a node and its consumers, once.
   * @returns takes it out again
   */
  hook(name: string, run: Run): () => void;
}

export interface NodeInfo {
  readonly name: string;
  /** TensorFlow's name of what it computes. */
  readonly op: string;
  /** What TensorFlow fused into it, in the order of computing. */
  readonly fusedOps: readonly string[];
  readonly isPlace: boolean;
}

/** Is given what a node received and all its outputs; gives as many outputs. */
export type Run = (inputs: readonly Tensor[], outputs: readonly Tensor[]) => Tensor | Tensor[];

/** What the name of a node ends with while a node of ours has its name. */
export const BEFORE_HOOKS = '/before_hooks';

/** Nodes that compute no tensor: inputs, weights, the ones that steer, and handles of tables, which must stay the same. */
const NO_PLACE =
  /^(Const|Placeholder(WithDefault)?|NoOp|LoopCond|Switch|Merge|Enter|Exit|NextIteration|(Stateless)?(If|While)|(Empty)?Tensor(Array|List).*|(HashTable|InitializeTable|LookupTableImport).*)$/;

export const isPlace = (op: string): boolean => !NO_PLACE.test(op);
