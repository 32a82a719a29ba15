/** @file Keeps the sessions that were created for the plans of a model. */
import type { Shape } from './graph.ts';
import type { OnnxSession, OnnxTensor } from './ort.ts';
import type { Stage } from './stages.ts';

/** A stage of a plan with its session, if it computes anything; or, without a stage, the whole run. */
export interface StageSession<T extends OnnxTensor> {
  readonly stage: Stage | undefined;
  readonly session: OnnxSession<T> | undefined;
  /** The shapes of what it gives, and of what hooks put in the place of that, where they are known. */
  readonly shapes: ReadonlyMap<string, Shape>;
}

/** The sessions of a plan. */
export interface PlanSessions<T extends OnnxTensor> {
  /** Rejects if one cannot be created, which is not tried again. */
  readonly ready: Promise<readonly StageSession<T>[]>;
  readonly failed: boolean;
}

/** Gives the session with this key, created if no plan has it. @param size of its model in bytes, weights included */
export type Share<T extends OnnxTensor> = (
  key: string,
  size: number,
  create: () => Promise<OnnxSession<T>>,
) => Promise<OnnxSession<T>>;

interface SharedSession<T extends OnnxTensor> {
  readonly session: Promise<OnnxSession<T>>;
  readonly size: number;
  /** How many plans have it. */
  plans: number;
}

interface CachedPlan<T extends OnnxTensor> extends PlanSessions<T> {
  failed: boolean;
  /** By their keys. */
  readonly sessions: Set<string>;
  /** How many runs use it. */
  runs: number;
}

const MAX_PLANS = 8;
/** Each session holds a copy of its weights. */
const MAX_BYTES = 512 * 2 ** 20;

/**
 * The most recently used plans, so that hooks registered around each run (`withHooks`) do not load the model each time. The
 * sessions of a plan are released when it is evicted and no run uses it, but for those of other plans.
 */
export class SessionCache<T extends OnnxTensor> {
  readonly #plans = new Map<string, CachedPlan<T>>();
  /** The last one of `plans`. */
  #latest: CachedPlan<T> | undefined;
  /** Evicted, but used by runs. */
  readonly #evicted = new Set<CachedPlan<T>>();
  readonly #sessions = new Map<string, SharedSession<T>>();
  readonly #release: (session: OnnxSession<T>) => Promise<void>;

  constructor(release: (session: OnnxSession<T>) => Promise<void>) {
    this.#release = release;
  }

  /** The sessions of a plan, by its key, created if there are none. */
  use(key: string, create: (share: Share<T>) => Promise<readonly StageSession<T>[]>): PlanSessions<T> {
    let plan = this.#plans.get(key);
    if (plan !== undefined && plan === this.#latest) return plan;
    if (plan === undefined) {
      const sessions = new Set<string>();
      const ready = create((...shared) => this.#share(sessions, ...shared));
      const created: CachedPlan<T> = { ready, failed: false, sessions, runs: 0 };
      ready.catch(async () => {
        created.failed = true;
        await this.#letGoOf(created);
      });
      plan = created;
    }
    // Inserted again: a Map is in the order of insertion, so the least recently used comes first.
    this.#plans.delete(key);
    this.#plans.set(key, plan);
    this.#latest = plan;
    this.#trim();
    return plan;
  }

  /** Whether the sessions of a plan could not be created. */
  hasFailed(key: string): boolean {
    return this.#plans.get(key)?.failed ?? false;
  }

  hold(plan: PlanSessions<T>): void {
    (plan as CachedPlan<T>).runs++;
  }

  letGo(sessions: PlanSessions<T>): void {
    const plan = sessions as CachedPlan<T>;
    plan.runs--;
    if (plan.runs === 0 && this.#evicted.has(plan)) void this.#end(plan);
  }

  /** How many sessions there are, and the sizes of their models together. */
  get size(): { readonly sessions: number; readonly bytes: number } {
    const all = [...this.#sessions.values()];
    return { sessions: all.length, bytes: all.reduce((sum, { size }) => sum + size, 0) };
  }

  /** Releases all sessions, when no run uses them. */
  async clear(): Promise<void> {
    const all = [...this.#plans.values()];
    this.#plans.clear();
    await Promise.all(all.map((plan) => this.#evict(plan)));
  }

  #share(own: Set<string>, key: string, size: number, create: () => Promise<OnnxSession<T>>): Promise<OnnxSession<T>> {
    let shared = this.#sessions.get(key);
    if (shared === undefined) {
      const created: SharedSession<T> = { session: create(), size, plans: 0 };
      created.session.catch(() => {
        if (this.#sessions.get(key) === created) this.#sessions.delete(key);
      });
      shared = created;
      this.#sessions.set(key, shared);
    }
    if (!own.has(key)) shared.plans++;
    own.add(key);
    this.#trim();
    return shared.session;
  }

  /** Evicts the least recently used plans. */
  #trim(): void {
    for (const [key, plan] of [...this.#plans].slice(0, -1)) {
      if (this.#plans.size <= MAX_PLANS && this.#bytes() <= MAX_BYTES) return;
      this.#plans.delete(key);
      void this.#evict(plan);
    }
  }

  /** The sizes of the sessions that plans have. */
  #bytes(): number {
    const keys = new Set([...this.#plans.values()].flatMap(({ sessions }) => [...sessions]));
    return [...keys].reduce((sum, key) => sum + (this.#sessions.get(key)?.size ?? 0), 0);
  }

  async #evict(plan: CachedPlan<T>): Promise<void> {
    this.#evicted.add(plan);
    if (plan.runs === 0) await this.#end(plan);
  }

  async #end(plan: CachedPlan<T>): Promise<void> {
    await plan.ready.catch(() => {});
    this.#evicted.delete(plan);
    await this.#letGoOf(plan);
  }

  async #letGoOf({ sessions }: CachedPlan<T>): Promise<void> {
    const keys = [...sessions];
    sessions.clear();
    await Promise.all(
      keys.map(async (key) => {
        const shared = this.#sessions.get(key);
        if (shared === undefined || --shared.plans > 0) return;
        this.#sessions.delete(key);
        try {
          await this.#release(await shared.session);
        } catch {
          // It was never created, or the runtime has ended it.
        }
      }),
    );
  }
}
