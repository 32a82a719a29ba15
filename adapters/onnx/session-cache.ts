/** @file Keeps the sessions that were created for a model's hooks. */
import type { OnnxSession, OnnxTensor } from './ort.ts';

/** A session for the hooks of a plan. */
export interface CachedSession<T extends OnnxTensor> {
  /** Rejects if it cannot be created, which is not tried again. */
  readonly session: Promise<OnnxSession<T>>;
  failed: boolean;
  /** How many runs use it. */
  runs: number;
}

const MAX_SESSIONS = 8;
/** Each session holds a copy of the weights. */
const MAX_BYTES = 512 * 2 ** 20;

/**
 * The most recently used sessions, so that hooks registered around each run (`withHooks`) do not load the model each time.
 * An evicted session is released when no run uses it.
 */
export class SessionCache<T extends OnnxTensor> {
  readonly #cached = new Map<string, CachedSession<T>>();
  /** Evicted, but used by runs. */
  readonly #evicted = new Set<CachedSession<T>>();
  readonly #capacity: number;
  readonly #release: (session: OnnxSession<T>) => Promise<void>;

  /** @param fileSize of the model in bytes, weights included */
  constructor(fileSize: number, release: (session: OnnxSession<T>) => Promise<void>) {
    this.#capacity = Math.max(1, Math.min(MAX_SESSIONS, Math.floor(MAX_BYTES / fileSize)));
    this.#release = release;
  }

  /** The session of a plan, by its key, created if there is none. */
  use(key: string, create: () => Promise<OnnxSession<T>>): CachedSession<T> {
    let cached = this.#cached.get(key);
    if (cached === undefined) {
      const created: CachedSession<T> = { session: create(), failed: false, runs: 0 };
      created.session.catch(() => {
        created.failed = true;
      });
      cached = created;
    }
    // Inserted again: a Map is in the order of insertion, so the least recently used comes first.
    this.#cached.delete(key);
    this.#cached.set(key, cached);
    for (const [old, one] of [...this.#cached].slice(0, -this.#capacity)) {
      this.#cached.delete(old);
      void this.#evict(one);
    }
    return cached;
  }

  /** Whether a session could not be created. */
  hasFailed(key: string): boolean {
    return this.#cached.get(key)?.failed ?? false;
  }

  hold(cached: CachedSession<T>): void {
    cached.runs++;
  }

  letGo(cached: CachedSession<T>): void {
    cached.runs--;
    if (cached.runs === 0 && this.#evicted.has(cached)) void this.#end(cached);
  }

  get size(): number {
    return [...this.#cached.values(), ...this.#evicted].filter(({ failed }) => !failed).length;
  }

  /** Releases all sessions, when no run uses them. */
  async clear(): Promise<void> {
    const all = [...this.#cached.values()];
    this.#cached.clear();
    await Promise.all(all.map((cached) => this.#evict(cached)));
  }

  async #evict(cached: CachedSession<T>): Promise<void> {
    this.#evicted.add(cached);
    if (cached.runs === 0) await this.#end(cached);
  }

  async #end(cached: CachedSession<T>): Promise<void> {
    try {
      await this.#release(await cached.session);
    } catch {
      // It was never created, or the runtime has ended it.
    }
    this.#evicted.delete(cached);
  }
}
