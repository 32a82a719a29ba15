import { describe } from '../../src/adapter.ts';
import { Hookable, listHooks } from '../../src/index.ts';
import { type Explanation, explainRegistration } from './explain.ts';
import type { OnnxSession, OnnxTensor, OnnxTensors } from './framework.ts';
import type { Graph } from './graph.ts';
import { type KeptSession, KeptSessions } from './kept-sessions.ts';
import { noPlace, noValue } from './missing.ts';
import { outputFields } from './outputs.ts';
import type { OnnxNode, OnnxPlace } from './place.ts';
import { Plan, ValueNames } from './plan.ts';
import { tensorReader } from './reader.ts';
import { checkFeeds, type Request, refuseOutputs, requestOf } from './request.ts';
import { oneAtATime, type SessionMaker } from './runtime.ts';
import { type Tree, treeOf } from './tree.ts';
import { WrappedSession } from './wrapped-session.ts';

const NO_SESSION = 'the model was only read, and no session runs it: use createOnnx or wrapOnnx';

let explainModel: (net: OnnxModel) => Explanation;

/**
 * What becomes of each registration on a model and below it, in the order of the tree, and what is held for them.
 * @throws TypeError for what is no model of `createOnnx` or `wrapOnnx`
 */
export function explain<T extends OnnxTensor>(net: OnnxModel<T>): Explanation {
  if (!(net instanceof OnnxModel)) throw new TypeError(`explain(): an OnnxModel expected, got ${describe(net)}`);
  return explainModel(net as unknown as OnnxModel);
}

/**
 * A model in an ONNX file as a Hookable: `net(feeds)` is `session.run(feeds)`. Its modules are those of PyTorch, as far as
 * the exporter has left their names, and the nodes of the graph. Its own hooks run around the whole run.
 */
export class OnnxModel<T extends OnnxTensor = OnnxTensor> extends Hookable {
  static readonly className: string = 'OnnxModel';
  readonly #graph: Graph;
  readonly #tree: Tree<T>;
  readonly #names: ValueNames;
  readonly #maker: SessionMaker<T> | undefined;
  readonly #kept: KeptSessions<T>;
  readonly #outputNames: readonly string[];
  readonly #wrapped: WrappedSession<T> | undefined;
  /** Places, and the model itself, that something is registered on. */
  readonly #heard = new Set<Hookable>();
  /** For what is registered now; undefined where that has changed. */
  #plan: Plan<T> | undefined;
  #running = 0;
  #idle: (() => void) | undefined;
  #released: Promise<void> | undefined;

  /** Use `createOnnx`, `wrapOnnx` or `readOnnx`. */
  constructor(where: string, graph: Graph, maker?: SessionMaker<T>, session?: OnnxSession<T>) {
    const refusal = maker === undefined ? NO_SESSION : undefined;
    const noGradients = 'a model in an ONNX file has no backward hooks: it has no gradients';
    const owner = {
      listen: (place: Hookable) => this.#listen(place),
      leave: (place: Hookable) => this.#leave(place),
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
      // A pre-hook that gives the feeds alone leaves what is asked for as it is.
      completeInputs: (before, given) => [...given, ...before.slice(given.length)],
      validateOutput: refuseOutputs,
      install: () => owner.listen(this),
      uninstall: () => owner.leave(this),
    });
    this.#graph = graph;
    this.#maker = maker;
    const run: OnnxSession<T>['run'] = (...given) => Reflect.apply(this, undefined, given);
    this.#wrapped = session && new WrappedSession(session, run, () => this.release());
    this.#outputNames = [...graph.outputs.keys()];
    this.#names = new ValueNames(graph);
    this.#tree = treeOf<T>(where, graph, owner, refusal);
    this.#kept = new KeptSessions(maker?.fileSize ?? 1, async (made) => maker?.release(made));
  }

  /** The names of the model's inputs; weights that may be overridden are not among them. */
  get inputNames(): string[] {
    const { inputs, weights } = this.#graph;
    return [...inputs.keys()].filter((name) => !weights.has(name));
  }

  /** Whether it has been released. */
  get isReleased(): boolean {
    return this.#released !== undefined;
  }

  /** The names of the model's outputs. */
  get outputNames(): string[] {
    return [...this.#outputNames];
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
    this.#running++;
    try {
      return await this.#run(this.#maker, feeds, more);
    } finally {
      this.#running--;
      if (this.#running === 0) this.#idle?.();
    }
  }

  /**
   * Makes the session that the hooks need; else the next run does.
   * @throws Error that names the hooks, where it cannot be made
   */
  async prepare(): Promise<void> {
    if (this.#maker === undefined) throw new TypeError(`${this} cannot be prepared: ${NO_SESSION}`);
    this.#checkReleased('be prepared');
    await this.#keep(this.#maker, this.#currentPlan())?.session;
  }

  /**
   * Ends the model when the runs under way have ended: the sessions that were made for it are released, and one that was
   * wrapped is as it was found. New runs, and registrations, are refused. A hook must not wait for it: its own run is under way.
   */
  release(): Promise<void> {
    this.#released ??= this.#end();
    return this.#released;
  }

  /** The node that gives a value, by the value's name in the file. @throws Error where no node does */
  value<O = T>(name: string): OnnxNode<T, O> {
    const node = this.#tree.nodes.get(name);
    if (node === undefined) throw noValue(this.#graph, name);
    return node as OnnxNode<T, unknown> as OnnxNode<T, O>;
  }

  /**
   * The module or node at a path; '' is the model itself.
   * @throws Error that says what the exporter has made of it, where the file has none of that path
   */
  override getSubmodule(path: ''): this;
  override getSubmodule<O = T>(path: string): OnnxPlace<T, O>;
  override getSubmodule(path: string): Hookable {
    const place = path === '' ? this : this.#tree.places.get(path);
    if (place === undefined) throw noPlace(this.#graph, this.#tree, path);
    return place;
  }

  override *namedChildren(): Generator<[string, OnnxPlace<T>]> {
    for (const [name, child] of this.#tree.children) yield [name, child];
  }

  override toString(): string {
    return `OnnxModel(${this.#graph.nodes.length} nodes)`;
  }

  #run(maker: SessionMaker<T>, feeds: OnnxTensors<T>, more: unknown[]): Promise<OnnxTensors<T>> {
    const plan = this.#currentPlan();
    const request = requestOf<T>(this.#outputNames, more);
    // What the runtime refuses, it refuses in its own words.
    if (plan.calls.length === 0 || request === undefined) return this.#runPlain(maker, feeds, more);
    const kept = this.#keep(maker, plan);
    // That has been said once, and is not tried again.
    return kept?.failed ? this.#runPlain(maker, feeds, more) : this.#runHeard(maker, feeds, request, plan, kept);
  }

  #runPlain(maker: SessionMaker<T>, feeds: OnnxTensors<T>, more: unknown[]): Promise<OnnxTensors<T>> {
    return this.#withSession(maker, feeds, this.#keep(maker, undefined), (run) => run(feeds, ...more));
  }

  /** A run takes the hooks that are registered as it starts. */
  #runHeard(
    maker: SessionMaker<T>,
    feeds: OnnxTensors<T>,
    { names, fetches, options }: Request<T>,
    plan: Plan<T>,
    kept: KeptSession<T> | undefined,
  ): Promise<OnnxTensors<T>> {
    const begun = plan.calls.map((call) => call.begin());
    return this.#withSession(maker, feeds, kept, async (run) => {
      // What the caller wants comes first, in whatever order that is, and with the tensors to write into.
      const given = { ...fetches, ...plan.fetches, ...fetches };
      const result = await (options == null ? run(feeds, given) : run(feeds, given, options));
      const known = new Map([...Object.entries(feeds), ...Object.entries(result)]);
      for (const [i, call] of plan.calls.entries()) {
        const waiting = call.fire(begun[i]!, known);
        if (waiting !== undefined) await waiting;
      }
      const wanted = Object.keys(result).filter((name) => names.includes(name));
      return Object.fromEntries(wanted.map((name) => [name, known.get(name)!]));
    });
  }

  /** Holds a session, or the one that was wrapped, while something is done with it; only its run is in the queue. */
  async #withSession<R>(
    maker: SessionMaker<T>,
    feeds: OnnxTensors<T>,
    kept: KeptSession<T> | undefined,
    use: (run: OnnxSession<T>['run']) => Promise<R>,
  ): Promise<R> {
    if (kept === undefined) return use((...given) => oneAtATime(maker.runtime, () => this.#wrapped!.run(given)));
    checkFeeds(feeds, maker.sessionOptions);
    this.#kept.hold(kept);
    try {
      const session = await kept.session;
      return await use((...given) => oneAtATime(maker.runtime, () => session.run(...given)));
    } finally {
      this.#kept.letGo(kept);
    }
  }

  /** The session for a plan, or for none; undefined where that is the one that was wrapped. */
  #keep(maker: SessionMaker<T>, plan: Plan<T> | undefined): KeptSession<T> | undefined {
    const declared = plan?.declared ?? [];
    if (declared.length === 0 && this.#wrapped !== undefined) return undefined;
    return this.#kept.use(declared, () => (declared.length === 0 ? maker.plain() : this.#declare(maker, plan!)));
  }

  async #declare(maker: SessionMaker<T>, { declared, calls }: Plan<T>): Promise<OnnxSession<T>> {
    const hooks = [...new Set(calls.map(({ place }) => place))].flatMap((place) =>
      listHooks(place).flatMap(({ path, kind, name }) => (path === '' ? `${kind} ${name} of ${place.path}` : [])),
    );
    try {
      return await maker.extended(outputFields(this.#graph, declared));
    } catch (cause) {
      throw new Error(
        `the session that the hooks need cannot be made
  hooks: ${hooks.join(', ')}
  ${(cause as Error).message}`,
        { cause },
      );
    }
  }

  #currentPlan(): Plan<T> {
    if (this.#plan === undefined) {
      const heard = [...this.#tree.infos].filter(([place]) => this.#heard.has(place));
      this.#plan = new Plan(
        heard.map(([place, { calls }]) => [place, calls] as const),
        this.#names,
      );
    }
    return this.#plan;
  }

  #listen(hookable: Hookable): void {
    this.#checkReleased('take hooks');
    this.#wrapped?.takeOver();
    if (this.#heard.has(hookable)) return;
    this.#heard.add(hookable);
    this.#plan = undefined;
  }

  #leave(hookable: Hookable): void {
    this.#heard.delete(hookable);
    this.#plan = undefined;
    if (this.#heard.size === 0) this.#wrapped?.handBack();
  }

  async #end(): Promise<void> {
    if (this.#running > 0) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
    }
    this.#wrapped?.handBack();
    await this.#kept.clear();
  }

  #checkReleased(what: string): void {
    if (this.#released !== undefined) throw new Error(`${this} cannot ${what}: it has been released`);
  }

  /** For `explain`. */
  static {
    explainModel = (net) => {
      const failed = net.#kept.hasFailed(net.#currentPlan().declared);
      const registrations = listHooks(net).map((info) => {
        const calls = net.#tree.infos.get(info.module as OnnxPlace)?.calls;
        return explainRegistration(info, calls, net.#names, failed);
      });
      const { size } = net.#kept;
      return { registrations, sessions: size, bytes: size * (net.#maker?.fileSize ?? 0) };
    };
  }
}
