import { checkOptions, describe } from '../../check/index.ts';
import { ReusedNumbers } from '../format/reused-numbers.ts';
import { checkOnWarning, EventReader } from './event-reader.ts';
import type { LogDirectory, LogFile } from './log-source.ts';
import type { LoggedEvent } from './logged-event.ts';
import { lastOf, ReplacedFile, readOn } from './read-on.ts';
import type { ReadWarning } from './record-splitter.ts';

/** An event, and where it was found. */
export interface RunEvent {
  /** The directory of its file below the log directory, as TensorBoard names runs; '.' for the log directory itself. */
  readonly run: string;
  readonly event: LoggedEvent;
}

/** Some events of one file. */
export interface RunEvents {
  /** As of {@link RunEvent}. */
  readonly run: string;
  readonly events: readonly LoggedEvent[];
}

/** A warning, and the file that has it. */
export interface FileWarning extends ReadWarning {
  readonly path: string;
}

export interface RunReaderOptions {
  /** Called where a file is damaged or cannot be read; the others are read on. Default: `console.warn`. */
  readonly onWarning?: (warning: FileWarning) => void;
}

export interface FollowOptions {
  /** Ends the following, without an error. */
  readonly signal?: AbortSignal;
  /** Seconds between two looks. Default 1. */
  readonly interval?: number;
}

interface Followed {
  readonly run: string;
  /** As of {@link LogFile}, when it was begun. */
  readonly target: string | undefined;
  reader: EventReader;
  /** The last bytes of what was read to the end of a record. */
  before: Uint8Array;
  /** When it was last read, to its end or to where nothing more can be; a file of the same size has nothing new. */
  size: number;
  /** Why the last look at it failed, until one does not: told once, and tried again. */
  failure: string;
  /** Events that were read and not given out, the oldest last: who iterates may stop at any of them. */
  backlog: LoggedEvent[];
}

const warn = ({ path, offset, reason }: FileWarning): void => {
  console.warn(`layertap: ${path}, byte ${offset}: ${reason}`);
};

/**
 * Reads the event files of all runs, and what is appended to them later. The files of a run are read in the order of
 * their names, as TensorBoard reads them. It remembers one place and the tags' plugins for each file, and no event.
 *
 * A program that went on from a checkpoint writes steps again. TensorBoard's rule: a record takes the place of all earlier
 * ones of its tag with the same or a later step; a `start` takes the place of all records of its run from its step on.
 * Where a link was moved to another run, or a directory in its path, a `start` with the step -Infinity comes first.
 *
 * @example
 * const runs = new RunReader(directoryLogs('runs'));
 * for await (const { run, event } of runs.follow()) if (event.kind === 'scalar') console.log(run, event.tag, event.value);
 */
export class RunReader {
  readonly #source: LogDirectory;
  readonly #onWarning: (warning: FileWarning) => void;
  readonly #files: Map<string, Followed> = new Map();
  /** Where the links on the way to each run lead; undefined where there are none. */
  readonly #directories: Map<string, string | undefined> = new Map();
  /** Runs whose place another one has taken, until that is given out. */
  readonly #replaced: Set<string> = new Set();
  #busy = false;

  /** @throws TypeError for a source without `list()`, or an option of another kind */
  constructor(source: LogDirectory, options: RunReaderOptions = {}) {
    if (typeof (source as Partial<LogDirectory> | null | undefined)?.list !== 'function') {
      throw new TypeError(`RunReader: a source expected, as directoryLogs(path) makes one; got ${describe(source)}`);
    }
    checkOptions('RunReader', options, ['onWarning']);
    const { onWarning = warn } = options;
    checkOnWarning('RunReader: option "onWarning"', onWarning);
    this.#source = source;
    this.#onWarning = (warning) => onWarning(warning);
  }

  /**
   * Everything that was written since the last time.
   * @throws Error (the iteration rejects) where the source cannot be listed, or another look is not over yet
   */
  async *poll(): AsyncGenerator<RunEvent> {
    for await (const { run, backlog } of this.#look()) {
      for (let event = backlog.pop(); event !== undefined; event = backlog.pop()) yield { run, event };
    }
  }

  /**
   * As {@link poll}, but as many events at a time as came with one piece of a file, which is faster where they are many
   * and small. The numbers of their histograms may be written over by those of the next batch: what is to be kept has to
   * be copied.
   */
  async *pollBatches(): AsyncGenerator<RunEvents> {
    for await (const { run, backlog } of this.#look(new ReusedNumbers()))
      yield { run, events: backlog.splice(0).reverse() };
  }

  /**
   * What there is, and then what comes, until the signal aborts it or the loop over it ends.
   * @throws as {@link poll}; TypeError or RangeError (the iteration rejects) for an option of another kind
   */
  async *follow(options: FollowOptions = {}): AsyncGenerator<RunEvent> {
    checkOptions('follow()', options, ['signal', 'interval']);
    const { signal, interval = 1 } = options;
    if (!(interval >= 0 && interval <= LONGEST_INTERVAL)) {
      const expected = `option "interval" must be seconds, from 0 to ${LONGEST_INTERVAL}`;
      throw new RangeError(`follow(): ${expected}, got ${describe(interval)}`);
    }
    if (signal !== undefined && typeof signal?.addEventListener !== 'function') {
      throw new TypeError(`follow(): option "signal" must be an AbortSignal, got ${describe(signal)}`);
    }
    while (!signal?.aborted) {
      for await (const event of this.poll()) {
        yield event;
        if (signal?.aborted) return;
      }
      await pause(interval * 1000, signal);
    }
  }

  async *#look(numbers?: ReusedNumbers): AsyncGenerator<Followed> {
    if (this.#busy) throw new Error('RunReader: the last poll() is not over yet; iterate over it to its end');
    this.#busy = true;
    try {
      const files = (await this.#source.list()).sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
      for (const file of files) this.#compare(file, runOf(file));
      for (const file of files) yield* this.#read(file, runOf(file), numbers);
    } finally {
      this.#busy = false;
    }
  }

  /** Forgets a run where its directory, or what a link in it leads to, is another one than before. */
  #compare({ path, directory, target }: LogFile, run: string): void {
    const moved = this.#directories.has(run) && this.#directories.get(run) !== directory;
    this.#directories.set(run, directory);
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

  /** Another file in its place, as it seems. What it has at steps of the old one counts. */
  #readAnew(followed: Followed, path: string, why: string): void {
    this.#onWarning({ path, offset: followed.reader.offset, reason: `${why}; it is read anew`, final: false });
    Object.assign(followed, { reader: this.#reader(path), before: NOTHING, size: 0, failure: '' });
  }

  /** Gives the file itself, each time when there is something in its backlog. */
  async *#read(file: LogFile, run: string, numbers: ReusedNumbers | undefined): AsyncGenerator<Followed> {
    const { path } = file;
    let followed = this.#files.get(path);
    if (followed === undefined) {
      const backlog = this.#replaced.delete(run) ? [anew()] : [];
      followed = {
        run,
        target: file.target,
        reader: this.#reader(path),
        before: NOTHING,
        size: 0,
        failure: '',
        backlog,
      };
      this.#files.set(path, followed);
    }
    if (followed.backlog.length > 0) yield followed;
    const { offset } = followed.reader;
    if (file.size < offset || (followed.reader.ended && file.size < followed.size)) {
      this.#readAnew(followed, path, `the file became shorter: it has ${file.size} bytes, and more were read`);
    }
    const { reader } = followed;
    if (file.size === followed.size || reader.ended) return;
    try {
      let [at, before] = [reader.offset, followed.before];
      // A writer may take back a record that it could not write to its end: half a record is read anew each time.
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
        this.#readAnew(followed, path, 'another file has taken its place');
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

const anew = (): LoggedEvent => ({ kind: 'start', wallTime: Date.now() / 1000, step: -Infinity });

const runOf = ({ path }: LogFile): string => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.');

/** Timers take no longer wait than 2^31 milliseconds: beyond that they do not wait at all. */
const LONGEST_INTERVAL = 2_147_483;

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
