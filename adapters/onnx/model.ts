import { Hookable, listHooks } from '../../src/index.ts';
import { ValueNames } from './declare.ts';
import { explainRegistration, setExplainer } from './explain.ts';
import type { Graph } from './graph.ts';
import type { OnnxHookPoint, OnnxNode } from './hook-point.ts';
import { ModuleTree } from './module-tree.ts';
import { type OnnxSession, type OnnxTensor, type OnnxTensors, tensorReader } from './ort.ts';
import { Plan } from './plan.ts';
import { checkFeeds, checkLocations, type RunRequest, readRequest, validateOutputs } from './run-arguments.ts';
import { type CachedSession, SessionCache } from './session-cache.ts';
import { oneAtATime, type SessionMaker } from './sessions.ts';
import { WrappedSession } from './wrapped-session.ts';

const NO_SESSION = 'the model was only read, and no session runs it: use createOnnx or wrapOnnx';

/**
 * A model in an ONNX file as a Hookable: `net(feeds)` is `session.run(feeds)`. Below it are PyTorch's modules, if the exporter
 * kept their names, and the nodes of the graph. Its own hooks run around the whole run.
 */
export class OnnxModel<T extends OnnxTensor = OnnxTensor> extends Hookable {
  static readonly className: string = 'OnnxModel';
  readonly #graph: Graph;
  readonly #tree: ModuleTree<T>;
  readonly #names: ValueNames;
  readonly #maker: SessionMaker<T> | undefined;
  readonly #cache: SessionCache<T>;
  readonly #outputNames: readonly string[];
  readonly #wrapped: WrappedSession<T> | undefined;
  /** Hook points, and the model itself, with registrations. */
  readonly #hooked = new Set<Hookable>();
  /** For the current registrations; undefined after a change. */
  #plan: Plan<T> | undefined;
  #running = 0;
  #onIdle: (() => void) | undefined;
  #released: Promise<void> | undefined;

  /** Use `createOnnx`, `wrapOnnx` or `readOnnx`. */
  constructor(where: string, graph: Graph, maker?: SessionMaker<T>, session?: OnnxSession<T>) {
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
    this.#maker = maker;
    const run: OnnxSession<T>['run'] = (...given) => Reflect.apply(this, undefined, given);
    this.#wrapped = session && new WrappedSession(session, run, () => this.release());
    this.#outputNames = [...graph.outputs.keys()];
    this.#names = new ValueNames(graph);
    this.#tree = new ModuleTree<T>(where, graph, owner, refusal);
    this.#cache = new SessionCache(maker?.fileSize ?? 1, async (created) => maker?.release(created));
    setExplainer(this, () => {
      const failed = this.#cache.hasFailed(this.#currentPlan().declared);
      const registrations = listHooks(this).map((info) => {
        const calls = this.#tree.infos.get(info.module as OnnxHookPoint<T>)?.calls;
        return explainRegistration(info, calls, this.#names, failed);
      });
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
    const numbers = plan.calls.map((call) => call.begin());
    return this.#withSession(maker, feeds, cached, async (run) => {
      // The caller's fetches come first, to keep their order, and last, to keep their tensors.
      const allFetches = { ...fetches, ...plan.fetches, ...fetches };
      const result = await (options == null ? run(feeds, allFetches) : run(feeds, allFetches, options));
      const values = new Map([...Object.entries(feeds), ...Object.entries(result)]);
      for (const [i, call] of plan.calls.entries()) {
        const waiting = call.fire(numbers[i]!, values);
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
    if (cached === undefined) return use((...given) => oneAtATime(maker.runtime, () => this.#wrapped!.run(given)));
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
    const declared = plan?.declared ?? [];
    if (declared.length === 0 && this.#wrapped !== undefined) return undefined;
    return this.#cache.use(declared, () => (declared.length === 0 ? maker.plain() : this.#create(maker, plan!)));
  }

  async #create(maker: SessionMaker<T>, { declared, calls }: Plan<T>): Promise<OnnxSession<T>> {
    const hooks = [...new Set(calls.map(({ point }) => point))].flatMap((point) =>
      listHooks(point).flatMap(({ path, kind, name }) => (path === '' ? `${kind} ${name} of ${point.path}` : [])),
    );
    try {
      return await maker.extended(this.#names.outputFields(declared));
    } catch (cause) {
      const why = (cause as Error).message;
      throw new Error(`the session that the hooks need cannot be created\n  hooks: ${hooks.join(', ')}\n  ${why}`, {
        cause,
      });
    }
  }

  #currentPlan(): Plan<T> {
    if (this.#plan === undefined) {
      const hooked = [...this.#tree.infos].filter(([point]) => this.#hooked.has(point));
      this.#plan = new Plan(
        hooked.map(([point, { calls }]) => [point, calls] as const),
        this.#names,
      );
    }
    return this.#plan;
  }

  #hook(hookable: Hookable): void {
    this.#checkReleased('take hooks');
    this.#wrapped?.takeOver();
    if (this.#hooked.has(hookable)) return;
    this.#hooked.add(hookable);
    this.#plan = undefined;
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
