import { checkOptions, FUNCTION, mismatch, rule } from '../../check/index.ts';
import { joinBytes } from '../../protobuf/index.ts';
import { ReusedNumbers } from '../format/number-list.ts';
import { EventReader } from './event-reader.ts';
import type { LogDirectory, LogFile } from './log-directory.ts';
import type { LoggedEvent } from './logged-event.ts';
import type { ReadWarning } from './record-splitter.ts';

export interface RunEvent {
  /** The directory of its file below the log directory, as TensorBoard names runs; '.' for the log directory itself. */
  readonly run: string;
  readonly event: LoggedEvent;
}

export interface RunEvents {
  /** As in {@link RunEvent}. */
  readonly run: string;
  readonly events: readonly LoggedEvent[];
}

export interface FileWarning extends ReadWarning {
  readonly path: string;
}

export interface RunReaderOptions {
  /** Called if a file is corrupt, replaced or cannot be read. Reading goes on. Default: `console.warn`. */
  readonly onWarning?: (warning: FileWarning) => void;
}

export interface FollowOptions {
  /** Ends the iteration, without an error. */
  readonly signal?: AbortSignal;
  /** Seconds between two polls. Default 1. */
  readonly interval?: number;
}

interface Followed {
  readonly run: string;
  /** {@link LogFile.target} at the first poll. */
  readonly target: string | undefined;
  reader: EventReader;
  /** The last bytes before the reader's offset, by which a replaced file is recognized. */
  before: Uint8Array;
  /** Its size when it was last read completely: a file of the same size has nothing new. */
  size: number;
  /** The error of the last poll, which is reported once. */
  failure: string;
  /** Events that were read and not yet yielded, the oldest last: the caller may stop at any of them. */
  backlog: LoggedEvent[];
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
  readonly #directory: LogDirectory;
  readonly #onWarning: (warning: FileWarning) => void;
  readonly #files: Map<string, Followed> = new Map();
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
    for await (const { run, backlog } of this.#poll()) {
      for (let event = backlog.pop(); event !== undefined; event = backlog.pop()) yield { run, event };
    }
  }

  /**
   * As {@link poll}, but yields all events of one chunk of a file together, which is faster for many small events. The next
   * batch may overwrite the numbers of its histograms: copy what you keep.
   */
  async *pollBatches(): AsyncGenerator<RunEvents> {
    for await (const { run, backlog } of this.#poll(new ReusedNumbers())) {
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

  async *#poll(numbers?: ReusedNumbers): AsyncGenerator<Followed> {
    if (this.#busy) throw new Error('RunReader: the last poll() is not over yet; iterate over it to its end');
    this.#busy = true;
    try {
      const files = (await this.#directory.list()).sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
      for (const file of files) this.#forgetReplaced(file, runOf(file));
      for (const file of files) yield* this.#read(file, runOf(file), numbers);
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

  #reader(path: string): EventReader {
    return new EventReader((warning) => this.#onWarning({ path, ...warning }));
  }

  /** The file seems to be another one now. Its records replace those of the old one step by step. */
  #restart(followed: Followed, path: string, why: string): void {
    this.#onWarning({ path, offset: followed.reader.offset, reason: `${why}; it is read anew`, final: false });
    Object.assign(followed, { reader: this.#reader(path), before: NOTHING, size: 0, failure: '' });
  }

  /** Yields the file whenever its backlog has events. */
  async *#read(file: LogFile, run: string, numbers: ReusedNumbers | undefined): AsyncGenerator<Followed> {
    const { path } = file;
    let followed = this.#files.get(path);
    if (followed === undefined) {
      const backlog = this.#replaced.delete(run) ? [replacement()] : [];
      const { target } = file;
      followed = { run, target, reader: this.#reader(path), before: NOTHING, size: 0, failure: '', backlog };
      this.#files.set(path, followed);
    }
    if (followed.backlog.length > 0) yield followed;
    const { offset } = followed.reader;
    if (file.size < offset || (followed.reader.ended && file.size < followed.size)) {
      this.#restart(followed, path, `the file became shorter: it has ${file.size} bytes, and more were read`);
    }
    const { reader } = followed;
    if (file.size === followed.size || reader.ended) return;
    try {
      let [at, before] = [reader.offset, followed.before];
      // A writer may take back a record that it could not complete, so an incomplete record is read again each time.
      for await (const bytes of readOn(file, at, before)) {
        numbers?.reset();
        followed.backlog = reader.push(bytes, numbers?.take).reverse();
        if (reader.offset > at) followed.before = lastOf(before, bytes, reader.offset - at);
        before = lastOf(before, bytes, bytes.length);
        at += bytes.length;
        if (followed.backlog.length > 0) yield followed;
        if (reader.ended) {
          followed.size = file.size;
          return;
        }
      }
      followed.size = file.size;
      followed.failure = '';
    } catch (error) {
      if (error instanceof ReplacedFile) {
        this.#restart(followed, path, 'another file has taken its place');
        yield* this.#read(file, run, numbers);
        return;
      }
      const reason = String((error as Error)?.message ?? error);
      if (reason !== followed.failure) this.#onWarning({ path, offset: reader.offset, reason, final: false });
      followed.failure = reason;
    } finally {
      reader.rewind();
    }
  }
}

const NOTHING: Uint8Array = new Uint8Array(0);

const replacement = (): LoggedEvent => ({ kind: 'start', wallTime: Date.now() / 1000, step: -Infinity });

const runOf = ({ path }: LogFile): string => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.');

/** The checksum of the last record. */
const BEFORE_BYTES = 4;

class ReplacedFile extends Error {}

/**
 * The bytes of a file from an offset on.
 * @param before the bytes before the offset. They are read again: if they have changed, the file was replaced, as when a
 *   recording is saved under the same name
 * @throws ReplacedFile
 */
async function* readOn(file: LogFile, from: number, before: Uint8Array): AsyncGenerator<Uint8Array> {
  let known = before;
  for await (const bytes of file.read(from - known.length)) {
    const length = Math.min(known.length, bytes.length);
    for (let i = 0; i < length; i++) if (bytes[i] !== known[i]) throw new ReplacedFile();
    known = known.subarray(length);
    if (bytes.length > length) yield length === 0 ? bytes : bytes.subarray(length);
  }
}

/** Copies the last bytes of `before` and the first `length` of `bytes`, together. */
function lastOf(before: Uint8Array, bytes: Uint8Array, length: number): Uint8Array {
  if (length >= BEFORE_BYTES) return bytes.slice(length - BEFORE_BYTES, length);
  return joinBytes([before, bytes.subarray(0, length)]).slice(-BEFORE_BYTES);
}

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
