import { listenersOf } from '../../src/adapter.ts';
import { Hookable } from '../../src/index.ts';
import { callWithHooks, type HookPoint, markTidy, NEEDS_WRAP, runHooksAfter } from './call-with-hooks.ts';
import type { Core, Tensor, TfjsGraphModelLike, TfjsTensor } from './framework.ts';
import type { GraphEditor, NodeInfo } from './graph-editor.ts';
import { failRun, type GraphRuns, hasFailed } from './graph-runs.ts';
import { explainError, keep } from './memory.ts';
import { tensorReader } from './reader.ts';
import { validateOutput } from './validate.ts';

/** A GraphModel, as its nodes need it. */
export interface GraphContext {
  readonly core: Core;
  readonly model: TfjsGraphModelLike;
  readonly editor: GraphEditor;
  readonly runs: GraphRuns;
}

/**
 * A node of a GraphModel as a Hookable. The model runs it, in predict, execute and executeAsync; calling it is an error.
 * Hooks see its inputs (weights too) and its output, and may replace the output. There are no pre-hooks: to replace a
 * node's inputs, hook the nodes before it.
 */
export class TfjsNode<T extends TfjsTensor = TfjsTensor> extends Hookable {
  static readonly className: string = 'TfjsNode';
  /** The name in the graph. */
  readonly nodeName: string;
  /** TensorFlow's name of the operation: `Conv2D`, `_FusedConv2D`. */
  readonly op: string;
  /** The operations that TensorFlow fused into this node, in the order of computing: `['biasadd', 'relu']`; usually none. */
  readonly fusedOps: readonly string[];
  readonly #context: GraphContext;
  /** Takes the hooks out of the graph; undefined while nothing is registered. */
  #remove: (() => void) | undefined;

  /** Use `wrapTfjs`. */
  constructor(context: GraphContext, node: NodeInfo) {
    const { core } = context;
    const noHooks = (what: string) =>
      `the node ${node.name} (${node.op}) has no ${what}\n  expected: forward hooks, observers or transforms, here or on the nodes before it`;
    super({
      reader: tensorReader(core),
      validateOutput: (output, replacement) => validateOutput(core, output, replacement),
      call: () => this.forward(),
      explainError,
      replay: () => 'a node of a GraphModel is made from no class and configuration of its own',
      unsupported: {
        'forward-pre': noHooks('pre-hooks: it gets its inputs from the graph'),
        backward: noHooks('backward hooks: a GraphModel is not trained'),
        'backward-pre': noHooks('backward hooks: a GraphModel is not trained'),
      },
      install: () => this.#install(),
      uninstall: () => this.#uninstall(),
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

  /** A copy of a tensor that outlives the call; the caller disposes of it. */
  keep(tensor: T): T {
    return keep(this.#context.core, tensor as unknown as Tensor) as unknown as T;
  }

  override *namedChildren(): Generator<[string, TfjsNode<T>]> {}

  override toString(): string {
    const fused = this.fusedOps.length === 0 ? '' : `[${this.fusedOps.join(', ')}]`;
    return `${this.op}${fused}(${this.nodeName})`;
  }

  #install(): void {
    checkGraph(`${this} cannot be hooked: its model`, this.#context.model, this.#context.editor);
    if (this.#remove !== undefined) return;
    const { core, editor, runs } = this.#context;
    const point: HookPoint = { core, hookable: this, listeners: listenersOf(this), weights: () => [] };
    this.#remove = editor.insertAfter(this.nodeName, (inputs, outputs, call) => {
      const output = outputs.length === 1 ? outputs[0] : outputs;
      // The model disposes of the node's own tensors.
      const clone = (tensor: Tensor) => (outputs.includes(tensor) ? tensor.clone() : tensor);
      if (hasFailed(call)) return outputs.map(clone);
      try {
        const mark = markTidy(point);
        const result =
          mark === NEEDS_WRAP
            ? callWithHooks(point, inputs, () => output)
            : runHooksAfter(point, inputs, output, mark, point.listeners.begin());
        return Array.isArray(result) ? result.map(clone) : clone(result as Tensor);
      } catch (error) {
        return failRun(runs, editor, call, error);
      }
    });
  }

  #uninstall(): void {
    this.#remove?.();
    this.#remove = undefined;
  }
}

/** @throws TypeError that begins with `what`, for a GraphModel that has been disposed of, or loaded again since it was wrapped */
export function checkGraph(what: string, model: TfjsGraphModelLike, editor?: GraphEditor): void {
  if (editor?.isCurrent() === false) {
    throw new TypeError(
      `${what} has been loaded again, with other nodes\n  expected: what wrapTfjs() returns for it now`,
    );
  }
  const { weights } = model as { weights?: Record<string, { isDisposed: boolean }[]> };
  if (!Object.values(weights ?? {}).some((tensors) => tensors.some(({ isDisposed }) => isDisposed))) return;
  throw new TypeError(`${what} has been disposed of`);
}
