import { type FrameworkNode, listenersOf } from '../../src/adapter.ts';
import { Hookable } from '../../src/index.ts';
import { checkGraph, explainError } from './disposed.ts';
import type { Tensor, TfjsGraphModelLike, TfjsTensor } from './framework.ts';
import { GraphAsyncCall } from './graph-async-call.ts';
import { type GraphContext, TfjsNode } from './graph-node.ts';
import { callWithHooks, type HookPoint } from './hook-point.ts';
import { keep, tensorReader } from './reader.ts';
import { validateTensors } from './validate.ts';

/**
 * A GraphModel as a Hookable: its modules are the nodes of the graph, under their names. Its own hooks run around
 * `execute` and `executeAsync` (and so around predict), and see their arguments. A hook that is registered on a node
 * while the model runs may wait for the next run; one that is removed fires no more.
 */
export class TfjsGraph<T extends TfjsTensor = TfjsTensor> extends Hookable {
  static readonly className: string = 'TfjsGraph';
  /** tfjs's own. */
  readonly model: TfjsGraphModelLike;
  readonly #context: GraphContext;
  readonly #nodes: ReadonlyMap<string, TfjsNode<T>>;
  #restore: (() => void) | undefined;

  /** Use `wrapTfjs`: a model has one Hookable. */
  constructor(context: GraphContext) {
    const { core, model } = context;
    const noGradients = 'a GraphModel has no backward hooks: it is not trained';
    super({
      reader: tensorReader(core),
      validateOutput: (output, replacement) => validateTensors(core, output, replacement),
      // A pre-hook that gives the input alone leaves the names of the outputs as they are.
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
    const places = [...context.places.nodes.values()].filter(({ isHookable }) => isHookable);
    this.#nodes = new Map(places.map((node) => [node.name, new TfjsNode<T>(context, node)]));
  }

  /** Whether its nodes are those of the model, which may have been loaded again. */
  get isCurrent(): boolean {
    return this.#context.places.isCurrent();
  }

  /** Runs the model's `execute`, without the hooks on it. Those on its nodes run. */
  forward(inputs: T | T[] | Record<string, T>, outputs?: string | string[]): T {
    return this.#context.runs.executeWithoutHooks(inputs, outputs) as T;
  }

  /**
   * The node of that name; '' is the graph itself.
   * @throws Error that says what there is instead: a weight, an input, a fused node
   */
  override getSubmodule(name: ''): this;
  override getSubmodule(name: string): TfjsNode<T>;
  override getSubmodule(name: string): this | TfjsNode<T> {
    if (name === '') return this;
    const node = this.#nodes.get(name);
    if (node !== undefined) return node;
    const other = this.#context.places.nodes.get(name);
    if (other !== undefined) {
      throw new Error(`getSubmodule(): ${name} is a ${other.op}, which computes nothing: there is nothing to hook`);
    }
    throw new Error(`getSubmodule(): the graph has no node "${name}"${this.#hint(name)}`);
  }

  /** A copy of a tensor that outlives the call; whoever keeps it disposes of it. */
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
    for (const { name, op, inputs } of this.#context.places.nodes.values()) {
      yield { name, op, inputs, shape: weights?.[name]?.[0]?.shape };
    }
  }

  /** The nodes whose names begin most like the one that was not found; what is fused among them. */
  #hint(name: string): string {
    const shared = (other: string) => {
      const [a, b] = [name.split('/'), other.split('/')];
      const until = a.findIndex((part, i) => part !== b[i]);
      return until < 0 ? a.length : until;
    };
    const near = [...this.#nodes.values()]
      .map((node) => ({ node, parts: shared(node.nodeName) }))
      .filter(({ parts }) => parts > 0)
      .sort((a, b) => b.parts - a.parts)
      .slice(0, 3);
    if (near.length === 0) return '';
    const fused = near.find(({ node }) => node.fusedOps.length > 0)?.node;
    const why =
      fused === undefined
        ? ''
        : `\n  ${fused} computes several operations at once: what one of them gives is not reachable, only the end of all`;
    return `\n  nearest: ${near.map(({ node }) => node.nodeName).join(', ')}${why}`;
  }

  #install(): void {
    checkGraph(`${this} cannot be hooked: it`, this.model, this.#context.places);
    const { core, runs } = this.#context;
    // Others may have taken the places of execute and executeAsync.
    if (this.#restore !== undefined) {
      runs.install();
      return;
    }
    const place: HookPoint = { core, hookable: this, listeners: listenersOf(this), weights: () => [] };
    this.#restore = runs.surround({
      execute: (received, run) => callWithHooks(place, received, run),
      executeAsync: (received, run) => new GraphAsyncCall(core, this).run(received, run),
    });
  }

  #uninstall(): void {
    this.#restore?.();
    this.#restore = undefined;
  }
}
