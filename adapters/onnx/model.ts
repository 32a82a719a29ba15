import { type Listeners, listenersOf } from '../../src/adapter.ts';
import { Hookable, listHooks } from '../../src/index.ts';
import { explainRegistration, setExplainer } from './explain.ts';
import { type Graph, type Region, regionsOf } from './graph.ts';
import type { OnnxHookPoint, OnnxNode } from './hook-point.ts';
import { inferTypes } from './infer-types.ts';
import { ModuleTree } from './module-tree.ts';
import { type OnnxSession, type OnnxTensor, type OnnxTensors, tensorClass, tensorReader } from './ort.ts';
import { Plan } from './plan.ts';
import { checkFeeds, checkLocations, type RunRequest, readRequest, validateOutputs } from './run-arguments.ts';
import { type CachedSession, SessionCache } from './session-cache.ts';
import { oneAtATime, type SessionMaker } from './sessions.ts';
import { ValueTypes } from './value-types.ts';
import { type Interceptor, WrappedSession } from './wrapped-session.ts';

const NO_SESSION = 'the model was only read, and no session runs it: use createOnnx or wrapOnnx';

/**
 * A model in an ONNX file as a Hookable: `net(feeds)` is `session.run(feeds)`. Below it are PyTorch's modules, if the exporter
 * kept their names, and the nodes of the graph. Its own hooks run around the whole run.
 */
export class OnnxModel<T extends OnnxTensor = OnnxTensor> extends Hookable {
  static readonly className: string = 'OnnxModel';
  readonly #graph: Graph;
  readonly #regions: readonly Region[];
  readonly #tree: ModuleTree<T>;
  readonly #maker: SessionMaker<T> | undefined;
  readonly #cache: SessionCache<T>;
  readonly #outputNames: readonly string[];
  readonly #wrapped: WrappedSession<T> | undefined;
  /** Hook points, and the model itself, with registrations. */
  readonly #hooked = new Map<Hookable, Listeners>();
  #plan: Plan<T> | undefined;
  /** The sum of the versions of all listeners for which the plan was made: they only grow. */
  #planVersion = 0;
  readonly #types = new ValueTypes();
  #running = 0;
  #onIdle: (() => void) | undefined;
  #released: Promise<void> | undefined;

  /** Use `createOnnx`, `wrapOnnx` or `readOnnx`. */
  constructor(
    where: string,
    graph: Graph,
    maker?: SessionMaker<T>,
    session?: OnnxSession<T>,
    interceptors: readonly Interceptor[] = [],
  ) {
    const refusal = maker === undefined ? NO_SESSION : undefined;
    const noGradients = 'a model in an ONNX file has no backward hooks: it has no gradients';
    const owner = {
      hook: (hookable: Hookable) => this.#hook(hookable),
      unhook: (hookable: Hookable) => this.#unhook(hookable),
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
      install: () => owner.hook(this),
      uninstall: () => owner.unhook(this),
    });
    this.#graph = graph;
    this.#regions = regionsOf(graph);
    this.#maker = maker;
    const run: OnnxSession<T>['run'] = (...given) => Reflect.apply(this, undefined, given);
    this.#wrapped = session && new WrappedSession(session, run, () => this.release(), interceptors);
    this.#outputNames = [...graph.outputs.keys()];
    this.#tree = new ModuleTree<T>(where, this.#regions, owner, refusal);
    this.#cache = new SessionCache(maker?.fileSize ?? 1, async (created) => maker?.release(created));
    setExplainer(this, () => {
      const plan = this.#currentPlan();
      const failed = this.#cache.hasFailed(plan.key);
      const registrations = listHooks(this).map((info) => explainRegistration(info, this, plan, failed));
      const { size } = this.#cache;
      return { registrations, sessions: size, bytes: size * (maker?.fileSize ?? 0) };
    });
  }

  /** The names of the model's inputs, overridable weights excluded. */
  get inputNames(): string[] {
    const { inputs, weights } = this.#graph;
    return [...inputs.keys()].filter((name) => !weights.has(name));
  }

  get outputNames(): string[] {
    return [...this.#outputNames];
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
    if (this.#maker === undefined) throw new TypeError(`${this} cannot be called: ${NO_SESSION}`);
    this.#checkReleased('be called');
    checkFeeds(feeds, this.inputNames);
    this.#running++;
    try {
      return await this.#run(this.#maker, feeds, more);
    } finally {
      this.#running--;
      if (this.#running === 0) this.#onIdle?.();
    }
  }

  /**
   * Creates the session that the hooks need, which the next run would do otherwise.
   * @throws Error that names the hooks, if it cannot be created
   */
  async prepare(): Promise<void> {
    if (this.#maker === undefined) throw new TypeError(`${this} cannot be prepared: ${NO_SESSION}`);
    this.#checkReleased('be prepared');
    await this.#sessionFor(this.#maker, this.#currentPlan())?.session;
  }

  /**
   * Ends the model after the current runs: its sessions are released, and a wrapped one is as it was found. New runs and
   * registrations are refused. A hook must not await it, since its own run is not over.
   */
  release(): Promise<void> {
    this.#released ??= this.#end();
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

  #run(maker: SessionMaker<T>, feeds: OnnxTensors<T>, more: unknown[]): Promise<OnnxTensors<T>> {
    const plan = this.#currentPlan();
    const request = readRequest<T>(this.#outputNames, more);
    // ONNX Runtime refuses wrong arguments in its own words.
    if (plan.calls.length === 0 || request === undefined) return this.#runPlain(maker, feeds, more);
    const cached = this.#sessionFor(maker, plan);
    // A session that cannot be created rejects one run, and is not tried again.
    return cached?.failed ? this.#runPlain(maker, feeds, more) : this.#runHooked(maker, feeds, request, plan, cached);
  }

  #runPlain(maker: SessionMaker<T>, feeds: OnnxTensors<T>, more: unknown[]): Promise<OnnxTensors<T>> {
    return this.#withSession(maker, feeds, this.#sessionFor(maker, undefined), (run) => run(feeds, ...more));
  }

  #runHooked(
    maker: SessionMaker<T>,
    feeds: OnnxTensors<T>,
    { names, fetches, options }: RunRequest<T>,
    plan: Plan<T>,
    cached: CachedSession<T> | undefined,
  ): Promise<OnnxTensors<T>> {
    const numbers = plan.steps.map((step) => step.begin());
    const { compiled } = plan;
    const allFeeds = compiled === undefined ? feeds : { ...feeds, ...compiled.feeds(tensorClass(feeds)) };
    return this.#withSession(maker, feeds, cached, async (run) => {
      // The caller's fetches come first, to keep their order, and last, to keep their tensors.
      const allFetches = { ...fetches, ...plan.fetches, ...fetches };
      const running = options == null ? run(allFeeds, allFetches) : run(allFeeds, allFetches, options);
      const result = await (compiled === undefined ? running : running.catch((cause) => compiled.rethrow(cause)));
      const values = new Map([...Object.entries(feeds), ...Object.entries(result)]);
      for (const [i, step] of plan.steps.entries()) {
        const waiting = step.fire(numbers[i]!, values);
        if (waiting !== undefined) await waiting;
      }
      const wanted = Object.keys(result).filter((name) => names.includes(name));
      return Object.fromEntries(wanted.map((name) => [name, values.get(name)!]));
    });
  }

  /** Keeps a session, or the wrapped one, from being released while it is used. Only its run is queued. */
  async #withSession<R>(
    maker: SessionMaker<T>,
    feeds: OnnxTensors<T>,
    cached: CachedSession<T> | undefined,
    use: (run: OnnxSession<T>['run']) => Promise<R>,
  ): Promise<R> {
    if (cached === undefined) {
      const { run } = this.#wrapped!;
      return use((...given) => oneAtATime(maker.runtime, () => run(...given)));
    }
    checkLocations(feeds, maker.sessionOptions);
    this.#cache.hold(cached);
    try {
      const session = await cached.session;
      return await use((...given) => oneAtATime(maker.runtime, () => session.run(...given)));
    } finally {
      this.#cache.letGo(cached);
    }
  }

  /** The session for a plan, or for a plain run; undefined if that is the wrapped one. */
  #sessionFor(maker: SessionMaker<T>, plan: Plan<T> | undefined): CachedSession<T> | undefined {
    const key = plan?.key ?? '';
    if (key === '' && this.#wrapped !== undefined) return undefined;
    return this.#cache.use(key, () => (key === '' ? maker.plain() : this.#create(maker, plan!)));
  }

  async #create(maker: SessionMaker<T>, plan: Plan<T>): Promise<OnnxSession<T>> {
    const hooks = [...new Set(plan.calls.map(({ point }) => point))].flatMap((point) =>
      listHooks(point).flatMap(({ path, kind, name }) => (path === '' ? `${kind} ${name} of ${point.path}` : [])),
    );
    try {
      await inferTypes(maker, this.#regions, plan.typed, this.#types);
      const patch = plan.patch(this.#types);
      return await maker.extended((bytes) => patch.apply(bytes));
    } catch (cause) {
      const why = (cause as Error).message;
      throw new Error(`the session that the hooks need cannot be created\n  hooks: ${hooks.join(', ')}\n  ${why}`, {
        cause,
      });
    }
  }

  #currentPlan(): Plan<T> {
    let version = 0;
    for (const listeners of this.#hooked.values()) version += listeners.version;
    if (this.#plan === undefined || version !== this.#planVersion) {
      const hooked = [...this.#tree.infos].filter(([point]) => this.#hooked.has(point));
      this.#plan = new Plan(this.#regions, hooked);
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

  async #end(): Promise<void> {
    if (this.#running > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
    this.#wrapped?.handBack();
    await this.#cache.clear();
  }

  #checkReleased(what: string): void {
    if (this.#released !== undefined) throw new Error(`${this} cannot ${what}: it has been released`);
  }
}
