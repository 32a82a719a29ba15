/** @file How hooks get into a graph. graph-rewriting.ts does it in a loaded model, graph-loading.ts before it is loaded. */
import type { Tensor } from './framework.ts';

export interface GraphEditor {
  /** All nodes by name, also those that cannot be hooked. */
  readonly nodes: ReadonlyMap<string, NodeInfo>;
  /** False once the model has been loaded again, with other nodes. */
  isCurrent(): boolean;
  /**
   * Puts a function between a node and its consumers; one for each node.
   * @returns a function that removes it
   */
  insertAfter(name: string, fn: NodeFn): () => void;
}

export interface NodeInfo {
  readonly name: string;
  /** TensorFlow's name of the operation. */
  readonly op: string;
  /** The nodes that it gets its inputs from, as TensorFlow writes them: `x`, `split:1`, `^before`. */
  readonly inputs: readonly string[];
  /** The operations that TensorFlow fused into it, in the order in which they are computed. */
  readonly fusedOps: readonly string[];
}

/** Gets the inputs of a node and all its outputs; returns as many outputs, or a promise that rejects. */
export type NodeFn = (
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  op: OpCall,
) => Tensor | Tensor[] | Promise<never>;

/** The argument of a custom op of tfjs-converter. */
export interface OpCall {
  readonly inputs: (Tensor | undefined)[];
  readonly attrs: Readonly<Record<string, unknown>>;
  /** Not public: the results of the run so far, by the names of the nodes. */
  readonly tensorMap?: TensorMap;
  /** Not public: its lists of tensors. */
  readonly context?: { dispose?(keepIds: ReadonlySet<number>): void };
}

export type TensorMap = Record<string, readonly (Tensor | null | undefined)[] | undefined>;

/** The suffix of a node that has lent its name to a node of layertap's. */
export const BEFORE_HOOKS = '/before_hooks';

/** Nodes that compute no tensor: inputs, weights, control flow, and handles of tables, which must stay the same. */
const NOT_HOOKABLE =
  /^(Const|Placeholder(WithDefault)?|NoOp|LoopCond|Switch|Merge|Enter|Exit|NextIteration|(Stateless)?(If|While)|(Empty)?Tensor(Array|List).*|(HashTable|InitializeTable|LookupTableImport).*)$/;

export const isHookableOp = (op: string): boolean => !NOT_HOOKABLE.test(op);

/** The attributes of a node in a GraphDef. */
export type Attributes = Readonly<
  Record<string, { readonly i?: string | number; readonly list?: { readonly type?: readonly unknown[] } } | undefined>
>;

/** Ops of tfjs-converter with a fixed number of outputs, if it is not one. */
const OUTPUTS: Readonly<Record<string, number>> = {
  ListDiff: 2,
  MaxPoolWithArgmax: 2,
  NonMaxSuppressionV4: 2,
  NonMaxSuppressionV5: 2,
  SparseFillEmptyRows: 4,
  SparseReshape: 2,
  StringNGrams: 2,
  StringSplit: 3,
  TopKV2: 2,
  Unique: 2,
  UniqueV2: 2,
};

/** The number of outputs of an op of tfjs-converter, 1 for others. Unused outputs count: they may be fetched. */
export function declaredOutputs(op: string, attributes: Attributes = {}): number {
  if (op === 'Split' || op === 'SplitV') return Number(attributes.num_split?.i ?? 1);
  if (op === 'Unpack') return Number(attributes.num?.i ?? 1);
  if (op === 'IdentityN') return attributes.T?.list?.type?.length ?? 1;
  return OUTPUTS[op] ?? 1;
}
