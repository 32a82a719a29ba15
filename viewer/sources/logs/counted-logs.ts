import type { LogDirectory, LogFile } from '../../../src/tensorboard/index.ts';
import type { Progress } from '../data-source.ts';

/** A source of logs that knows how much of it was read, which files went away, and why it cannot be listed. */
export class CountedLogs implements LogDirectory {
  readonly #logs: LogDirectory;
  /** By path, of the files that there were at the last look. */
  #files: Map<string, { size: number; read: number }> = new Map();
  readonly #skipped: Set<string> = new Set();
  /** Why the files could not be listed at the last look. */
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

  /** Where the source cannot be listed there is nothing new. */
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

  /** Nothing more will be read of a file. */
  skip(path: string): void {
    this.#skipped.add(path);
  }

  async *#count(file: LogFile, from: number): AsyncGenerator<Uint8Array> {
    let at = from;
    for await (const bytes of file.read(from)) {
      yield bytes;
      // Whoever comes back for more has taken these.
      at += bytes.length;
      const counted = this.#files.get(file.path);
      if (counted === undefined) continue;
      counted.read = at;
      // It may have grown since it was listed.
      counted.size = Math.max(counted.size, at);
    }
  }
}
