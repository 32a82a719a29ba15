import { type FrameworkNode, listenersOf, nearest } from '../../src/adapter.ts';
import { Hookable } from '../../src/index.ts';
import { callWithHooks, type HookPoint } from './call-with-hooks.ts';
import type { Tensor, TfjsGraphModelLike, TfjsTensor } from './framework.ts';
import { executeWithHooks } from './graph-async-call.ts';
import { isHookableOp } from './graph-editor.ts';
import { checkGraph, type GraphContext, TfjsNode } from './graph-node.ts';
import { explainError, keep } from './memory.ts';
import { tensorReader } from './reader.ts';
import { validateOutput } from './validate.ts';

/**
 * A GraphModel as a Hookable; its modules are the nodes of the graph, under their names. Its own hooks run around
 * `execute` and `executeAsync` (and so around predict), and see their arguments. A hook that is registered on a node
 * during a run may wait for the next run; one that is removed no longer fires.
 */
export class TfjsGraph<T extends TfjsTensor = TfjsTensor> extends Hookable {
  static readonly className: string = 'TfjsGraph';
  /** The model of tfjs. */
  readonly model: TfjsGraphModelLike;
  readonly #context: GraphContext;
  readonly #nodes: ReadonlyMap<string, TfjsNode<T>>;
  /** Takes the hooks off the model; undefined while nothing is registered. */
  #removeHooks: (() => void) | undefined;

  /** Use `wrapTfjs`: a model has one Hookable. */
  constructor(context: GraphContext) {
    const { core, model } = context;
    const noGradients = 'a GraphModel has no backward hooks: it is not trained';
    super({
      reader: tensorReader(core),
      validateOutput: (output, replacement) => validateOutput(core, output, replacement),
      // A pre-hook that returns the input alone keeps the names of the outputs.
      completeInputs: (before, given) => [...given, ...before.slice(given.length)],
      call: (...inputs) => {
        checkGraph(`${this} cannot be called: it`, model);
        return model.execute(inputs[0], inputs[1]);
      },
      graph: () => this.#graph(),
      explainError,
      discard: (call) => core.tidy(() => void call()),
      unsupported: { backward: noGradients, 'backward-pre': noGradients },
      install: () => this.#install(),
      uninstall: () => this.#uninstall(),
    });
    this.model = model;
    this.#context = context;
    const hookable = [...context.editor.nodes.values()].filter(({ op }) => isHookableOp(op));
    this.#nodes = new Map(hookable.map((node) => [node.name, new TfjsNode<T>(context, node)]));
  }

  /** False once the model has been loaded again, with other nodes. */
  get isCurrent(): boolean {
    return this.#context.editor.isCurrent();
  }

  /** Runs the model's `execute`, without the hooks on it. Those on its nodes run. */
  forward(inputs: T | T[] | Record<string, T>, outputs?: string | string[]): T {
    return this.#context.runs.executeWithoutHooks(inputs, outputs) as T;
  }

  /**
   * The node of that name; '' is the graph itself.
   * @throws Error that says what the name is instead (a weight, an input), or which nodes are nearest
   */
  override getSubmodule(name: ''): this;
  override getSubmodule(name: string): TfjsNode<T>;
  override getSubmodule(name: string): this | TfjsNode<T> {
    if (name === '') return this;
    const node = this.#nodes.get(name);
    if (node !== undefined) return node;
    const other = this.#context.editor.nodes.get(name);
    if (other !== undefined) {
      throw new Error(`getSubmodule(): ${name} is a ${other.op}, which computes nothing: there is nothing to hook`);
    }
    throw new Error(`getSubmodule(): the graph has no node "${name}"${this.#describeNearest(name)}`);
  }

  /** A copy of a tensor that outlives the call; the caller disposes of it. */
  keep(tensor: T): T {
    return keep(this.#context.core, tensor as unknown as Tensor) as unknown as T;
  }

  override *namedChildren(): Generator<[string, TfjsNode<T>]> {
    yield* this.#nodes;
  }

  override toString(): string {
    return `GraphModel(${this.#nodes.size} nodes)`;
  }

  *#graph(): Generator<FrameworkNode> {
    const { weights } = this.model as { weights?: Record<string, readonly Tensor[]> };
    for (const { name, op, inputs } of this.#context.editor.nodes.values()) {
      yield { name, op, inputs, shape: weights?.[name]?.[0]?.shape };
    }
  }

  /** The nodes that share the longest beginning with a missing name, else the nearest; and the fused one that it may be a part of. */
  #describeNearest(name: string): string {
    const parts = name.split('/');
    const shared = ({ nodeName }: TfjsNode<T>) => {
      const others = nodeName.split('/');
      const end = parts.findIndex((part, i) => part !== others[i]);
      return end < 0 ? parts.length : end;
    };
    const near = [...this.#nodes.values()]
      .filter((node) => shared(node) > 0)
      .sort((a, b) => shared(b) - shared(a))
      .slice(0, 3);
    const names = near.length === 0 ? nearest(name, [...this.#nodes.keys()]) : near.map(({ nodeName }) => nodeName);
    const fused = near.find(({ fusedOps }) => fusedOps.length > 0);
    const offer = names.length === 0 ? '' : `\n  nearest: ${names.join(', ')}`;
    if (fused === undefined) return offer;
    return `${offer}\n  ${fused} computes several operations at once: only the output of the last one can be reached`;
  }

  #install(): void {
    const { core, model, editor, runs } = this.#context;
    checkGraph(`${this} cannot be hooked: it`, model, editor);
    if (this.#removeHooks !== undefined) {
      // `execute` and `executeAsync` may have been replaced.
      runs.install();
      return;
    }
    const point: HookPoint = { core, hookable: this, listeners: listenersOf(this), weights: () => [] };
    this.#removeHooks = runs.addHooks({
      execute: (args, run) => callWithHooks(point, args, run),
      executeAsync: (args, run) => executeWithHooks(core, this, args, run),
    });
  }

  #uninstall(): void {
    this.#removeHooks?.();
    this.#removeHooks = undefined;
  }
}
