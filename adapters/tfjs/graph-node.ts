import { listenersOf } from '../../src/adapter.ts';
import { Hookable } from '../../src/index.ts';
import { checkGraph, explainError } from './disposed.ts';
import type { Core, Tensor, TfjsGraphModelLike, TfjsTensor } from './framework.ts';
import type { GraphEditor, NodeInfo } from './graph-editor.ts';
import { failRun, hasFailed } from './graph-failure.ts';
import type { GraphRuns } from './graph-runs.ts';
import { callWithHooks, type HookPoint, markTidy, NEEDS_WRAP, runHooksAfter } from './hook-point.ts';
import { keep, tensorReader } from './reader.ts';
import { validateTensors } from './validate.ts';

/** What a graph's nodes need of their model. */
export interface GraphContext {
  readonly core: Core;
  readonly model: TfjsGraphModelLike;
  readonly places: GraphEditor;
  readonly runs: GraphRuns;
}

/**
 * A node of a GraphModel as a Hookable. The model runs it, in predict, execute and executeAsync; calling it is an error.
 * Hooks see what it received (weights too) and what it gave, and may replace that. There are no pre-hooks: a node's
 * inputs are replaced by hooks on the nodes before it.
 */
export class TfjsNode<T extends TfjsTensor = TfjsTensor> extends Hookable {
  static readonly className: string = 'TfjsNode';
  /** The name in the graph. */
  readonly nodeName: string;
  /** TensorFlow's name of what it computes: `Conv2D`, `_FusedConv2D`. */
  readonly op: string;
  /** What TensorFlow fused into this node, in the order of computing: `['biasadd', 'relu']`. None: an empty array. */
  readonly fusedOps: readonly string[];
  readonly #context: GraphContext;
  #remove: (() => void) | undefined;

  /** Use `wrapTfjs`. */
  constructor(context: GraphContext, node: NodeInfo) {
    const { core } = context;
    const only = (what: string) =>
      `${describeNode(node)} has no ${what}\n  expected: forward hooks, observers or transforms, here or on the nodes before it`;
    super({
      reader: tensorReader(core),
      validateOutput: (output, replacement) => validateTensors(core, output, replacement),
      call: () => this.forward(),
      explainError,
      unsupported: {
        'forward-pre': only('pre-hooks: it gets its inputs from the graph'),
        backward: only('backward hooks: a GraphModel is not trained'),
        'backward-pre': only('backward hooks: a GraphModel is not trained'),
      },
      install: () => this.#insert(),
      uninstall: () => this.#takeOut(),
    });
    this.#context = context;
    this.nodeName = node.name;
    this.op = node.op;
    this.fusedOps = node.fusedOps;
  }

  /** @throws Error always: only the model can run a node, between the others */
  forward(..._inputs: T[]): T {
    throw new Error(`${this} cannot be called: only its model runs it, in predict(), execute() or executeAsync()`);
  }

  /** A copy of a tensor that outlives the call; whoever keeps it disposes of it. */
  keep(tensor: T): T {
    return keep(this.#context.core, tensor as unknown as Tensor) as unknown as T;
  }

  override *namedChildren(): Generator<[string, TfjsNode<T>]> {}

  override toString(): string {
    const fused = this.fusedOps.length === 0 ? '' : `[${this.fusedOps.join(', ')}]`;
    return `${this.op}${fused}(${this.nodeName})`;
  }

  #insert(): void {
    checkGraph(`${this} cannot be hooked: its model`, this.#context.model, this.#context.places);
    if (this.#remove !== undefined) return;
    const { core, places, runs } = this.#context;
    const place: HookPoint = { core, hookable: this, listeners: listenersOf(this), weights: () => [] };
    this.#remove = places.hook(this.nodeName, (inputs, outputs, node) => {
      const output = outputs.length === 1 ? outputs[0] : outputs;
      // The model disposes of a node's own tensors itself, so what goes on is always another one.
      const clone = (tensor: Tensor) => (outputs.includes(tensor) ? tensor.clone() : tensor);
      if (hasFailed(node)) return outputs.map(clone);
      try {
        const before = markTidy(place);
        const result =
          before === NEEDS_WRAP
            ? callWithHooks(place, inputs, () => output)
            : runHooksAfter(place, inputs, output, before, place.listeners.begin());
        return Array.isArray(result) ? result.map(clone) : clone(result as Tensor);
      } catch (error) {
        return failRun(runs, places, node, error);
      }
    });
  }

  #takeOut(): void {
    this.#remove?.();
    this.#remove = undefined;
  }
}

const describeNode = (node: NodeInfo) => `the node ${node.name} (${node.op})`;
