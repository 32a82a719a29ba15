/** @file The nodes of a graph as places for hooks, in whichever of two ways hooks get there. */
import type { Tensor } from './framework.ts';

export interface GraphEditor {
  /** All nodes by name, also those that cannot be hooked. */
  readonly nodes: ReadonlyMap<string, NodeInfo>;
  /** False once the model has been loaded again, with other nodes. */
  isCurrent(): boolean;
  /**
   * Puts something between a node and its consumers, once.
   * @returns takes it out again
   */
  hook(name: string, run: NodeFn): () => void;
}

export interface NodeInfo {
  readonly name: string;
  /** TensorFlow's name of what it computes. */
  readonly op: string;
  /** The nodes that it gets its inputs from, as TensorFlow writes them: `x`, `split:1`, `^before`. */
  readonly inputs: readonly string[];
  /** What TensorFlow fused into it, in the order of computing. */
  readonly fusedOps: readonly string[];
  readonly isHookable: boolean;
}

/** Is given what a node received and all its outputs; gives as many outputs, or a promise that rejects. */
export type NodeFn = (
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  node: OpCall,
) => Tensor | Tensor[] | Promise<never>;

/** What an op of the user's is given by tfjs-converter. */
export interface OpCall {
  readonly inputs: (Tensor | undefined)[];
  readonly attrs: Readonly<Record<string, unknown>>;
  /** Not public: what the run has computed so far, by the names of the nodes. */
  readonly tensorMap?: TensorMap;
  /** Not public: its lists of tensors. */
  readonly context?: { dispose?(keepIds: ReadonlySet<number>): void };
}

export type TensorMap = Record<string, readonly (Tensor | null | undefined)[] | undefined>;

/** What the name of a node ends with while a node of ours has its name. */
export const BEFORE_HOOKS = '/before_hooks';

/** Nodes that compute no tensor: inputs, weights, the ones that steer, and handles of tables, which must stay the same. */
const NOT_HOOKABLE =
  /^(Const|Placeholder(WithDefault)?|NoOp|LoopCond|Switch|Merge|Enter|Exit|NextIteration|(Stateless)?(If|While)|(Empty)?Tensor(Array|List).*|(HashTable|InitializeTable|LookupTableImport).*)$/;

export const isHookableOp = (op: string): boolean => !NOT_HOOKABLE.test(op);

/** The attributes of a node, as a GraphDef has them. */
export type Attributes = Readonly<
  Record<string, { readonly i?: string | number; readonly list?: { readonly type?: readonly unknown[] } } | undefined>
>;

/** Ops of tfjs-converter with several outputs, always as many. */
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

/** How many outputs an op has, as far as it is one of tfjs-converter: nobody may use all of them, and yet somebody may fetch them. */
export function declaredOutputs(op: string, attributes: Attributes = {}): number {
  if (op === 'Split' || op === 'SplitV') return Number(attributes.num_split?.i ?? 1);
  if (op === 'Unpack') return Number(attributes.num?.i ?? 1);
  if (op === 'IdentityN') return attributes.T?.list?.type?.length ?? 1;
  return OUTPUTS[op] ?? 1;
}
