import { type Listeners, listenersOf, type ReplayedCall } from '../../src/adapter.ts';
import { Hookable, listHooks } from '../../src/index.ts';
import { callReplay } from './call-replay.ts';
import { explainRegistration, setExplainer } from './explain.ts';
import type { Graph } from './graph.ts';
import type { HookPointInfo, OnnxHookPoint, OnnxNode } from './hook-point.ts';
import { type CallHook, hookedCalls, type Replaced } from './hooked-calls.ts';
import { ModelRuns } from './model-runs.ts';
import { ModelVariant } from './model-variant.ts';
import { ModuleTree } from './module-tree.ts';
import { type OnnxSession, type OnnxTensor, type OnnxTensors, tensorReader } from './ort.ts';
import { Plan } from './plan.ts';
import type { ReadModel } from './read-model.ts';
import { checkFeeds, validateOutputs } from './run-arguments.ts';
import type { SessionMaker } from './sessions.ts';
import { weightValues } from './weight-values.ts';
import { type Interceptor, WrappedSession } from './wrapped-session.ts';

/** Of a model that never runs. */
const NONE: Replaced = { inputs: new Map(), outputs: new Map() };

const NO_SESSION = 'the model was only read, and no session runs it: use createOnnx or wrapOnnx';

/**
 * A model in an ONNX file as a Hookable: `net(feeds)` is `session.run(feeds)`. Below it are PyTorch's modules, if the exporter
 * kept their names, and the nodes of the graph. Its own hooks run around the whole run.
 */
export class OnnxModel<T extends OnnxTensor = OnnxTensor> extends Hookable {
  static readonly className: string = 'OnnxModel';
  readonly #graph: Graph;
  readonly #whole: ModelVariant;
  readonly #tree: ModuleTree<T>;
  readonly #around: CallHook | undefined;
  /** Undefined if the model was only read. */
  readonly #runs: ModelRuns<T> | undefined;
  readonly #wrapped: WrappedSession<T> | undefined;
  /** Hook points, and the model itself, with registrations. */
  readonly #hooked = new Map<Hookable, Listeners>();
  #plan: Plan<T> | undefined;
  /** The sum of the versions of all listeners for which the plan was made: they only grow. */
  #planVersion = 0;
  #released: Promise<void> | undefined;

  /** Use `createOnnx`, `wrapOnnx` or `readOnnx`. */
  constructor(
    where: string,
    { graph, bytes }: ReadModel,
    maker?: SessionMaker<T>,
    session?: OnnxSession<T>,
    interceptors: readonly Interceptor[] = [],
    around?: CallHook,
  ) {
    const refusal = maker === undefined ? NO_SESSION : undefined;
    const noGradients = 'a model in an ONNX file has no backward hooks: it has no gradients';
    const owner = {
      hook: (hookable: Hookable) => this.#hook(hookable),
      unhook: (hookable: Hookable) => this.#unhook(hookable),
      replay: async (info: HookPointInfo, call: ReplayedCall) =>
        maker === undefined ? NO_SESSION : callReplay(info, call, maker),
      weight: async (name: string) => maker && weightValues(maker.bytes, name, (...part) => maker.readWeights(...part)),
    };
    super({
      reader: tensorReader,
      async: true,
      unsupported: {
        forward: refusal,
        edit: refusal ?? 'an edit acts on one tensor: register it on the module or node that gives it',
        'forward-pre': refusal,
        transform: refusal,
        observer: refusal,
        backward: refusal ?? noGradients,
        'backward-pre': refusal ?? noGradients,
      },
      // A pre-hook may return the feeds alone.
      completeInputs: (before, given) => [...given, ...before.slice(given.length)],
      validateOutput: validateOutputs,
      profiler: async () => {
        if (this.#runs === undefined) throw new TypeError(`profile(): ${NO_SESSION}`);
        // Runs of a wrapped session pass through the model while they are timed.
        const turn = (isOn: boolean) => {
          if (isOn) this.#wrapped?.takeOver();
          else if (this.#hooked.size === 0) this.#wrapped?.handBack();
        };
        return this.#runs.profiler((value) => this.#tree.nodeWith(value), turn);
      },
      install: () => owner.hook(this),
      uninstall: () => owner.unhook(this),
    });
    this.#graph = graph;
    this.#around = around;
    this.#whole = new ModelVariant(bytes, graph, maker?.isOnDevice === true);
    const run: OnnxSession<T>['run'] = (...given) => Reflect.apply(this, undefined, given);
    this.#wrapped = session && new WrappedSession(session, run, () => this.release(), interceptors);
    this.#tree = new ModuleTree<T>(where, this.#whole, owner, refusal);
    this.#runs =
      maker &&
      new ModelRuns(maker, this.#whole, this.#wrapped, this.inputNames, () => {
        this.#plan = undefined;
      });
    setExplainer(this, () => {
      const plan = this.#currentPlan();
      const runs = this.#runs;
      const registrations = listHooks(this).map((info) => explainRegistration(info, this, plan, runs));
      return { registrations, ...(runs?.held ?? { sessions: 0, bytes: 0 }) };
    });
  }

  /** The names of the model's inputs, overridable weights excluded. */
  get inputNames(): string[] {
    const { inputs, weights } = this.#graph;
    return [...inputs.keys()].filter((name) => !weights.has(name));
  }

  get outputNames(): string[] {
    return [...this.#graph.outputs.keys()];
  }

  get isReleased(): boolean {
    return this.#released !== undefined;
  }

  /**
   * Runs the model, with the hooks on its modules and nodes.
   * @param feeds tensors by the names of the inputs
   * @param more as for `session.run`: the outputs that are wanted, and the options of the run
   * @returns the outputs by their names; rejects with what ONNX Runtime, or a hook, throws
   */
  async forward(feeds: OnnxTensors<T>, ...more: unknown[]): Promise<OnnxTensors<T>> {
    if (this.#runs === undefined) throw new TypeError(`${this} cannot be called: ${NO_SESSION}`);
    this.#checkReleased('be called');
    checkFeeds(String(this), feeds, this.#graph, this.inputNames);
    return this.#runs.run(this.#currentPlan(), feeds, more);
  }

  /**
   * Creates the sessions that the hooks need, which the next run would do otherwise.
   * @throws Error that names the hooks, if one cannot be created
   */
  async prepare(): Promise<void> {
    if (this.#runs === undefined) throw new TypeError(`${this} cannot be prepared: ${NO_SESSION}`);
    this.#checkReleased('be prepared');
    await this.#runs.prepare(this.#currentPlan());
  }

  /**
   * Ends the model after the current runs: its sessions are released, and a wrapped one is as it was found. New runs and
   * registrations are refused. A hook must not await it, since its own run is not over.
   */
  release(): Promise<void> {
    this.#released ??= this.#runs?.end() ?? Promise.resolve();
    return this.#released;
  }

  /** The node that gives a value, by the value's name in the file. @throws Error if no node does */
  value<O = T>(name: string): OnnxNode<T, O> {
    return this.#tree.nodeOf(name) as OnnxNode<T, unknown> as OnnxNode<T, O>;
  }

  /**
   * The module or node at a path; '' is the model itself.
   * @throws Error that says what the exporter has made of a module that is not in the file
   */
  override getSubmodule(path: ''): this;
  override getSubmodule<O = T>(path: string): OnnxHookPoint<T, O>;
  override getSubmodule(path: string): Hookable {
    return path === '' ? this : this.#tree.at(path);
  }

  override *namedChildren(): Generator<[string, OnnxHookPoint<T>]> {
    for (const [name, child] of this.#tree.children) yield [name, child];
  }

  override toString(): string {
    return `OnnxModel(${this.#graph.nodes.length} nodes)`;
  }

  #currentPlan(): Plan<T> {
    let version = 0;
    for (const listeners of this.#hooked.values()) version += listeners.version;
    if (this.#plan === undefined || version !== this.#planVersion) {
      const hooked = [...this.#tree.infos].filter(([point]) => this.#hooked.has(point));
      const calls = hookedCalls(this.#graph, hooked, this.#runs?.replaced ?? NONE, this.#around);
      this.#plan = new Plan(this.#whole, calls);
      this.#planVersion = version;
    }
    return this.#plan;
  }

  #hook(hookable: Hookable): void {
    this.#checkReleased('take hooks');
    this.#wrapped?.takeOver();
    if (!this.#hooked.has(hookable)) this.#hooked.set(hookable, listenersOf(hookable));
  }

  #unhook(hookable: Hookable): void {
    this.#hooked.delete(hookable);
    this.#plan = undefined;
    if (this.#hooked.size === 0) this.#wrapped?.handBack();
  }

  #checkReleased(what: string): void {
    if (this.#released !== undefined) throw new Error(`${this} cannot ${what}: it has been released`);
  }
}
