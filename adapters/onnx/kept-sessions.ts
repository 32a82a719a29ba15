/** @file The sessions that a model has had made for its hooks. */
import type { OnnxSession, OnnxTensor } from './framework.ts';

/** A session that gives some values besides the model's own outputs. */
export interface KeptSession<T extends OnnxTensor> {
  /** The names of these values. */
  readonly declared: readonly string[];
  /** Rejects where it could not be made: that is not tried again. */
  readonly session: Promise<OnnxSession<T>>;
  failed: boolean;
  /** How many runs hold it. */
  runs: number;
}

const MOST_SESSIONS = 8;
/** Of the files that they are made of, together: each session has the weights for itself. */
const MOST_BYTES = 512 * 2 ** 20;

const keyOf = (declared: readonly string[]) => JSON.stringify(declared);

/**
 * The last sessions that were used: hooks that come and go around each run must not load the model each time. What is
 * given up is released when no run holds it.
 */
export class KeptSessions<T extends OnnxTensor> {
  readonly #kept = new Map<string, KeptSession<T>>();
  /** Given up, and held by runs. */
  readonly #leaving = new Set<KeptSession<T>>();
  readonly #most: number;
  readonly #release: (session: OnnxSession<T>) => Promise<void>;

  /** @param fileSize how many bytes the model has, weights included */
  constructor(fileSize: number, release: (session: OnnxSession<T>) => Promise<void>) {
    this.#most = Math.max(1, Math.min(MOST_SESSIONS, Math.floor(MOST_BYTES / fileSize)));
    this.#release = release;
  }

  /** The session for some values, made now where there is none. */
  use(declared: readonly string[], make: () => Promise<OnnxSession<T>>): KeptSession<T> {
    const key = keyOf(declared);
    let kept = this.#kept.get(key);
    if (kept === undefined) {
      const made: KeptSession<T> = { declared, session: make(), failed: false, runs: 0 };
      made.session.catch(() => {
        made.failed = true;
      });
      kept = made;
    }
    // The one that was used last is the last to go.
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    for (const [old, one] of [...this.#kept].slice(0, -this.#most)) {
      this.#kept.delete(old);
      void this.#giveUp(one);
    }
    return kept;
  }

  /** Whether the session for some values could not be made. */
  hasFailed(declared: readonly string[]): boolean {
    return this.#kept.get(keyOf(declared))?.failed ?? false;
  }

  hold(kept: KeptSession<T>): void {
    kept.runs++;
  }

  letGo(kept: KeptSession<T>): void {
    kept.runs--;
    if (kept.runs === 0 && this.#leaving.has(kept)) void this.#end(kept);
  }

  /** How many there are. */
  get size(): number {
    return [...this.#kept.values(), ...this.#leaving].filter(({ failed }) => !failed).length;
  }

  /** Gives all of them up. No run may hold one. */
  async clear(): Promise<void> {
    const all = [...this.#kept.values()];
    this.#kept.clear();
    await Promise.all(all.map((kept) => this.#giveUp(kept)));
  }

  async #giveUp(kept: KeptSession<T>): Promise<void> {
    this.#leaving.add(kept);
    if (kept.runs === 0) await this.#end(kept);
  }

  async #end(kept: KeptSession<T>): Promise<void> {
    try {
      await this.#release(await kept.session);
    } catch {
      // It was never made, or the runtime has ended it already.
    }
    this.#leaving.delete(kept);
  }
}
