import { checkOptions, FUNCTION, mismatch, rule } from '../../check/index.ts';
import { ReusedNumbers } from '../format/number-list.ts';
import { partsOf } from './file-parts.ts';
import { FollowedFile, type ScalarTaker } from './followed-file.ts';
import type { LogDirectory, LogFile } from './log-directory.ts';
import type { LoggedEvent } from './logged-event.ts';
import type { ReadWarning } from './record-splitter.ts';

/** One event of a run. */
export interface RunEvent {
  /** The directory of its file below the log directory, as TensorBoard names runs; '.' for the log directory itself. */
  readonly run: string;
  readonly event: LoggedEvent;
}

/** Events of one run, in the order of its file. */
export interface RunEvents {
  /** As in {@link RunEvent}. */
  readonly run: string;
  readonly events: readonly LoggedEvent[];
}

export interface FileWarning extends ReadWarning {
  readonly path: string;
}

/** Options of {@link RunReader}. */
export interface RunReaderOptions {
  /** Called if a file is corrupt, replaced or cannot be read. Reading goes on. Default: `console.warn`. */
  readonly onWarning?: (warning: FileWarning) => void;
}

/** Options of `follow`. */
export interface FollowOptions {
  /** Ends the iteration, without an error. */
  readonly signal?: AbortSignal;
  /** Seconds between two polls. Default 1. */
  readonly interval?: number;
}

const warn = ({ path, offset, reason }: FileWarning): void => {
  console.warn(`layertap: ${path}, byte ${offset}: ${reason}`);
};

/**
 * Reads the event files of all runs, and then what is appended to them. As in TensorBoard, the files of a run are read in
 * the order of their names. It stores a position and the plugins of tags for each file, and no events.
 *
 * A program that resumes from a checkpoint writes steps again. TensorBoard's rule: a record replaces all earlier ones of
 * its tag with the same or a later step; a `start` replaces all records of its run from its step on. If a link in a run's
 * path was moved to another directory or file, a `start` with the step -Infinity comes first.
 *
 * @example
 * const runs = new RunReader(directoryLogs('runs'));
 * for await (const { run, event } of runs.follow()) if (event.kind === 'scalar') console.log(run, event.tag, event.value);
 */
export class RunReader {
  static readonly className: string = 'RunReader';
  readonly #directory: LogDirectory;
  readonly #onWarning: (warning: FileWarning) => void;
  readonly #files: Map<string, FollowedFile> = new Map();
  readonly #linked: Map<string, string | undefined> = new Map();
  /** Runs that were replaced, until their `start` is yielded. */
  readonly #replaced: Set<string> = new Set();
  #busy = false;

  /** @throws TypeError for a directory without `list()`, or another kind of option */
  constructor(directory: LogDirectory, options: RunReaderOptions = {}) {
    if (typeof (directory as Partial<LogDirectory> | null | undefined)?.list !== 'function') {
      throw mismatch('RunReader', 'the directory', 'a LogDirectory such as directoryLogs(path)', directory);
    }
    checkOptions('RunReader', options, { onWarning: FUNCTION });
    const { onWarning = warn } = options;
    this.#directory = directory;
    this.#onWarning = (warning) => onWarning(warning);
  }

  /**
   * Everything that was written since the last poll.
   * @throws Error (the iteration rejects) if the directory cannot be listed, or the last poll is not over yet
   */
  async *poll(): AsyncGenerator<RunEvent> {
    for await (const { run, backlog } of this.#alone(this.#poll())) {
      for (let event = backlog.pop(); event !== undefined; event = backlog.pop()) yield { run, event };
    }
  }

  /**
   * As {@link poll}, but yields all events of one chunk of a file together, which is faster for many small events. The next
   * batch may overwrite the numbers of its histograms: copy what you keep.
   */
  async *pollBatches(): AsyncGenerator<RunEvents> {
    for await (const { run, backlog } of this.#alone(this.#poll(new ReusedNumbers()))) {
      yield { run, events: backlog.splice(0).reverse() };
    }
  }

  /**
   * Like {@link pollBatches}, for many runs: scalars are passed to a function, without an object for each, and runs are read
   * by turns, a small part of each at first. Yields after each chunk of bytes, with all other events, which may be none.
   * @param takerOf gives what takes the scalars of a run
   */
  async *pollScalars(takerOf: (run: string) => ScalarTaker): AsyncGenerator<RunEvents> {
    for await (const { run, backlog } of this.#alone(this.#pollByTurns(takerOf))) {
      yield { run, events: backlog.splice(0).reverse() };
    }
  }

  /**
   * Polls again and again, until the signal aborts or the loop over it ends.
   * @throws as {@link poll}; TypeError or RangeError (the iteration rejects) for another kind of option
   */
  async *follow(options: FollowOptions = {}): AsyncGenerator<RunEvent> {
    checkOptions('follow()', options, FOLLOW_RULES);
    const { signal, interval = 1 } = options;
    while (!signal?.aborted) {
      for await (const event of this.poll()) {
        yield event;
        if (signal?.aborted) return;
      }
      await pause(interval * 1000, signal);
    }
  }

  /** Yields files with events in their backlogs. */
  async *#poll(numbers?: ReusedNumbers): AsyncGenerator<FollowedFile> {
    for (const file of await this.#list()) {
      const followed = this.#follow(file);
      if (followed.backlog.length > 0) yield followed;
      if (!followed.hasMore(file)) continue;
      for await (const _ of followed.read(file, file.read(followed.from), true, numbers)) {
        if (followed.backlog.length > 0) yield followed;
      }
    }
  }

  /** Yields files after each chunk of their bytes. */
  async *#pollByTurns(takerOf: (run: string) => ScalarTaker): AsyncGenerator<FollowedFile> {
    const numbers = new ReusedNumbers();
    /** The files of each run, those to read first at the end. */
    const runs = new Map<string, LogFile[]>();
    for (const file of await this.#list()) {
      const run = runOf(file);
      const followed = this.#follow(file);
      if (followed.backlog.length > 0) {
        for (const event of followed.backlog) if (event.kind === 'start') takerOf(run).start(event.step);
        yield followed;
      }
      if (followed.hasMore(file)) runs.set(run, [file, ...(runs.get(run) ?? [])]);
    }
    const turns = [...runs.values()].map((files) => ({ files, length: FIRST_PART }));
    for (let left = turns; left.length > 0; left = left.filter(({ files }) => files.length > 0)) {
      const parts = left.map(({ files, length }) => {
        const file = files.at(-1)!;
        return { file, from: this.#follow(file).from, length };
      });
      const bytes = partsOf(this.#directory, parts);
      for (const [index, { file, from, length }] of parts.entries()) {
        const followed = this.#follow(file);
        const before = followed.offset;
        const taker = takerOf(followed.run);
        const reading = followed.read(file, bytes.of(index), from + length >= file.size, numbers, taker);
        let next = await reading.next();
        for (; !next.done; next = await reading.next()) yield followed;
        const turn = left[index]!;
        if (!next.value) turn.files.pop();
        // Larger parts later, and for a record that is larger than this one.
        else if (followed.offset === before || length < LARGEST_PART) turn.length = length * 4;
      }
    }
  }

  /** The files in the order of their names. */
  async #list(): Promise<LogFile[]> {
    const files = (await this.#directory.list()).sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
    for (const file of files) this.#forgetReplaced(file, runOf(file));
    return files;
  }

  /** One poll at a time. */
  async *#alone(poll: AsyncGenerator<FollowedFile>): AsyncGenerator<FollowedFile> {
    if (this.#busy) throw new Error('RunReader: the last poll() is not over yet; iterate over it to its end');
    this.#busy = true;
    try {
      yield* poll;
    } finally {
      this.#busy = false;
    }
  }

  /** Forgets a run if a link in its path now leads to another directory or file. */
  #forgetReplaced({ path, directory, target }: LogFile, run: string): void {
    const moved = this.#linked.has(run) && this.#linked.get(run) !== directory;
    this.#linked.set(run, directory);
    const followed = this.#files.get(path);
    if (!moved && (followed === undefined || followed.target === target)) return;
    for (const [known, { run: its }] of this.#files) if (its === run) this.#files.delete(known);
    this.#replaced.add(run);
    const reason = `another ${moved ? 'directory' : 'file'} has taken its place; the run ${run} is read anew`;
    this.#onWarning({ path, offset: 0, reason, final: false });
  }

  #follow({ path, target }: LogFile): FollowedFile {
    let followed = this.#files.get(path);
    if (followed === undefined) {
      const run = runOf({ path });
      const backlog = this.#replaced.delete(run) ? [replacement()] : [];
      followed = new FollowedFile(run, target, backlog, (warning) => this.#onWarning({ path, ...warning }));
      this.#files.set(path, followed);
    }
    return followed;
  }
}

/** Parts that are read by turns: some thousand scalars at first, to show something of each run early. */
const FIRST_PART = 1 << 16;
const LARGEST_PART = 1 << 22;

const replacement = (): LoggedEvent => ({ kind: 'start', wallTime: Date.now() / 1000, step: -Infinity });

const runOf = ({ path }: Pick<LogFile, 'path'>): string =>
  path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.';

/** Timers of more than 2^31 milliseconds fire at once. */
const LONGEST_INTERVAL = 2_147_483;

const FOLLOW_RULES = {
  signal: rule('an AbortSignal', (value) => typeof (value as AbortSignal | null)?.addEventListener === 'function'),
  interval: rule(
    `seconds, from 0 to ${LONGEST_INTERVAL}`,
    (value) => (value as number) >= 0 && (value as number) <= LONGEST_INTERVAL,
    RangeError,
  ),
};

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener('abort', done);
  });
}
