/** @file The runs of a model: their sessions, and the end of the model when the last one is over. */
import { type RuntimeProfiler, report } from '../../src/adapter.ts';
import type { Graph } from './graph.ts';
import type { Replaced } from './hooked-calls.ts';
import { HookedRun, type NativeRun, type RunOwner } from './hooked-run.ts';
import type { ModelVariant } from './model-variant.ts';
import { type NodeOf, NodeProfiler } from './node-times.ts';
import type { OnnxTensor, OnnxTensors } from './ort.ts';
import type { Plan } from './plan.ts';
import { SessionBuilder } from './plan-sessions.ts';
import type { Replacing } from './planned-call.ts';
import { checkLocations, type RunRequest, readRequest } from './run-arguments.ts';
import { type PlanSessions, SessionCache, type StageSession } from './session-cache.ts';
import { oneAtATime, type SessionMaker } from './sessions.ts';
import type { WrappedSession } from './wrapped-session.ts';

/** An earlier run has thrown the reason. */
const WITHOUT_HOOKS =
  'layertap: a run of an ONNX model went without its hooks and edits: a session for them could not be created, as an earlier run said';

export class ModelRuns<T extends OnnxTensor> implements RunOwner<T> {
  readonly replaced: Replaced = { inputs: new Map(), outputs: new Map() };
  readonly #maker: SessionMaker<T>;
  readonly #wrapped: WrappedSession<T> | undefined;
  readonly #cache: SessionCache<T>;
  readonly #builder: SessionBuilder<T>;
  readonly #inputNames: readonly string[];
  readonly #outputNames: readonly string[];
  readonly #graph: Graph;
  readonly #onReplaced: () => void;
  #profiler: NodeProfiler<T> | undefined;
  #running = 0;
  #onIdle: (() => void) | undefined;

  /**
   * @param model as it is
   * @param wrapped the session of the user's that runs the model without hooks, if there is one
   * @param inputNames those that have to be fed
   * @param onReplaced is called when a hook has replaced something for the first time: plans are out of date
   */
  constructor(
    maker: SessionMaker<T>,
    model: ModelVariant,
    wrapped: WrappedSession<T> | undefined,
    inputNames: readonly string[],
    onReplaced: () => void,
  ) {
    this.#maker = maker;
    this.#wrapped = wrapped;
    this.#cache = new SessionCache((session) => maker.release(session));
    this.#builder = new SessionBuilder(maker);
    this.#inputNames = inputNames;
    this.#graph = model.main.graph;
    this.#outputNames = [...this.#graph.outputs.keys()];
    this.#onReplaced = onReplaced;
  }

  /** The sessions that are held, and the size of their models. */
  get held(): { readonly sessions: number; readonly bytes: number } {
    return this.#cache.size;
  }

  /** Whether a session that a plan needs could not be created. */
  hasFailed(plan: Plan<T>): boolean {
    for (const { key } of plan.andChosen()) if (this.#cache.hasFailed(key)) return true;
    return false;
  }

  /** @param more as for `session.run` */
  async run(plan: Plan<T>, feeds: OnnxTensors<T>, more: unknown[]): Promise<OnnxTensors<T>> {
    this.#running++;
    try {
      const request = readRequest<T>(this.#outputNames, more);
      const hasFailed = this.hasFailed(plan);
      if (hasFailed) report(new Error(WITHOUT_HOOKS));
      // ONNX Runtime refuses wrong arguments in its own words.
      const isPlain = plan.isEmpty || request === undefined || feeds == null || hasFailed;
      if (isPlain || (plan.isCut && !this.#hasAllInputs(feeds))) return await this.#runPlain(feeds, more);
      return await this.#runHooked(plan, feeds, request);
    } finally {
      this.#running--;
      if (this.#running === 0) this.#onIdle?.();
    }
  }

  /**
   * Times the nodes of runs without hooks on nodes and modules, until it is ended.
   * @param turn is called when runs are to be timed, and no longer
   * @throws TypeError where the runtime's file cannot be read
   */
  async profiler(nodeOf: NodeOf, turn: (isOn: boolean) => void): Promise<RuntimeProfiler> {
    this.#profiler = await NodeProfiler.open(this.#maker, this.#graph, nodeOf, turn);
    return this.#profiler;
  }

  /** Creates the sessions of a plan. @throws Error that names the hooks, if one cannot be created */
  async prepare(plan: Plan<T>): Promise<void> {
    await this.#sessionsOf(plan).ready;
  }

  /** Waits for the current runs and releases all sessions. */
  async end(): Promise<void> {
    if (this.#running > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
    this.#wrapped?.handBack();
    await this.#cache.clear();
  }

  hold(plan: Plan<T>, done: readonly StageSession<T>[]): PlanSessions<T> {
    const sessions = this.#sessionsOf(plan, done);
    this.#cache.hold(sessions);
    return sessions;
  }

  letGo(sessions: PlanSessions<T>): void {
    this.#cache.letGo(sessions);
  }

  /**
   * Calls `run` of a session, or of the wrapped one as it was when the run began. Only the native call is queued: no queue
   * waits for a hook.
   */
  #native(): NativeRun<T> {
    const { runtime } = this.#maker;
    const wrapped = this.#wrapped?.run;
    return (session, given) =>
      oneAtATime(runtime, () => (session === undefined ? wrapped!(...given) : session.run(...given)));
  }

  editProblem(plan: Plan<T>, feeds: OnnxTensors<T>): Promise<string | undefined> {
    return this.#builder.editProblem(plan, feeds);
  }

  cutAt(plan: Plan<T>, replacing: Replacing<T>, isRerun: boolean): Plan<T> {
    const { point, kind } = replacing;
    const replaced = this.replaced[kind];
    replaced.set(point, (replaced.get(point) ?? 0) + Number(isRerun));
    this.#onReplaced();
    return plan.cutAt(replacing);
  }

  async #runPlain(feeds: OnnxTensors<T>, more: unknown[]): Promise<OnnxTensors<T>> {
    if (this.#profiler?.isOn === true) return this.#profiler.run(feeds, more);
    const run = this.#native();
    const sessions = this.#plainSessions();
    if (this.#wrapped === undefined) checkLocations(feeds, this.#maker.sessionOptions);
    this.#cache.hold(sessions);
    try {
      const [whole] = await sessions.ready;
      return await run(whole!.session, [feeds, ...more]);
    } finally {
      this.#cache.letGo(sessions);
    }
  }

  async #runHooked(plan: Plan<T>, feeds: OnnxTensors<T>, request: RunRequest<T>): Promise<OnnxTensors<T>> {
    if (this.#profiler?.isOn === true) {
      throw new Error(
        'profile(): the nodes of a model cannot be timed while others have hooks on them: remove those first',
      );
    }
    if (plan.key !== '' || this.#wrapped === undefined) checkLocations(feeds, this.#maker.sessionOptions);
    return new HookedRun(this, this.#native(), plan, feeds, request).result();
  }

  #hasAllInputs(feeds: OnnxTensors<T>): boolean {
    const given = Object.keys(feeds);
    return given.length === this.#inputNames.length && this.#inputNames.every((name) => given.includes(name));
  }

  #sessionsOf(plan: Plan<T>, done: readonly StageSession<T>[] = []): PlanSessions<T> {
    if (plan.key === '') return this.#plainSessions();
    return this.#cache.use(plan.key, (share) => this.#builder.build(plan, share, done));
  }

  #plainSessions(): PlanSessions<T> {
    return this.#cache.use(
      '',
      async (share): Promise<StageSession<T>[]> =>
        this.#wrapped === undefined
          ? this.#builder.plain(share)
          : [{ stage: undefined, session: undefined, shapes: new Map() }],
    );
  }
}
