import type { LogDirectory, LogFile } from '../../../src/tensorboard/index.ts';
import type { Progress } from '../data-source.ts';

/** Counts how much of some logs was read, and notices files that vanish and listings that fail. */
export class CountedLogs implements LogDirectory {
  readonly #logs: LogDirectory;
  /** By path, as of the last listing. */
  #files: Map<string, { size: number; read: number }> = new Map();
  readonly #skipped: Set<string> = new Set();
  /** Why the last listing failed. */
  failure: Error | undefined;
  readonly #onVanished: (path: string) => void;

  constructor(logs: LogDirectory, onVanished: (path: string) => void) {
    this.#logs = logs;
    this.#onVanished = onVanished;
  }

  get isEmpty(): boolean {
    return this.#files.size === 0;
  }

  get progress(): Progress {
    let [read, total] = [0, 0];
    for (const [path, file] of this.#files) {
      read += this.#skipped.has(path) ? file.size : Math.min(file.read, file.size);
      total += file.size;
    }
    return { read, total };
  }

  /** Empty if the logs cannot be listed; {@link failure} then says why. */
  async list(): Promise<LogFile[]> {
    let files: LogFile[];
    try {
      files = await this.#logs.list();
      this.failure = undefined;
    } catch (error) {
      this.failure = error as Error;
      return [];
    }
    const before = this.#files;
    this.#files = new Map(files.map(({ path, size }) => [path, { size, read: before.get(path)?.read ?? 0 }]));
    for (const path of before.keys()) if (!this.#files.has(path)) this.#onVanished(path);
    return files.map((file) => ({ ...file, read: (from) => this.#count(file, from) }));
  }

  /** Nothing more will be read from this file: it counts as read. */
  skip(path: string): void {
    this.#skipped.add(path);
  }

  async *#count(file: LogFile, from: number): AsyncGenerator<Uint8Array> {
    let at = from;
    for await (const bytes of file.read(from)) {
      yield bytes;
      // Asking for more means that these were taken.
      at += bytes.length;
      const counted = this.#files.get(file.path);
      if (counted === undefined) continue;
      counted.read = at;
      // It may have grown since it was listed.
      counted.size = Math.max(counted.size, at);
    }
  }
}
