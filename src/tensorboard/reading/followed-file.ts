import { joinBytes } from '../../protobuf/index.ts';
import type { ReusedNumbers } from '../format/number-list.ts';
import { EventReader } from './event-reader.ts';
import type { LogFile } from './log-directory.ts';
import type { LoggedEvent } from './logged-event.ts';
import type { TakeScalar } from './plain-scalar.ts';
import type { ReadWarning } from './record-splitter.ts';

/** Takes the scalars of a run, in the order of its files. */
export interface ScalarTaker {
  readonly scalar: TakeScalar;
  /** The run resumed: its scalars of this step and later ones are void. -Infinity if another run has replaced it. */
  start(step: number): void;
}

/** An event file of which a part was read: the position, and the plugins of its tags, but no events. */
export class FollowedFile {
  readonly run: string;
  /** {@link LogFile.target} at the first poll. */
  readonly target: string | undefined;
  /** Events that were read and not yet yielded, the oldest last: the caller may stop at any of them. */
  readonly backlog: LoggedEvent[];
  readonly #warn: (warning: ReadWarning) => void;
  #reader: EventReader;
  /** The last bytes before the reader's offset, by which a replaced file is recognized. */
  #before: Uint8Array = NOTHING;
  /** Its size when it was last read completely: a file of the same size has nothing new. */
  #size = 0;
  /** The error of the last poll, which is reported once. */
  #failure = '';

  constructor(run: string, target: string | undefined, backlog: LoggedEvent[], warn: (warning: ReadWarning) => void) {
    this.run = run;
    this.target = target;
    this.backlog = backlog;
    this.#warn = warn;
    this.#reader = new EventReader(warn);
  }

  /** Bytes up to the end of the last whole record. */
  get offset(): number {
    return this.#reader.offset;
  }

  /** Where to read on: some bytes before the reader's offset are read again. */
  get from(): number {
    return this.#reader.offset - this.#before.length;
  }

  /** Whether there is something to read. */
  hasMore({ size }: LogFile): boolean {
    const { offset, ended } = this.#reader;
    if (size < offset || (ended && size < this.#size)) {
      this.#restart(`the file became shorter: it has ${size} bytes, and more were read`);
    }
    return size !== this.#size && !this.#reader.ended;
  }

  /**
   * Reads on, and yields after each chunk of bytes.
   * @param bytes from {@link from} on
   * @param toEnd whether they go to the end of the file
   * @param scalars takes the scalars; without it they are events
   * @returns whether the file can be read further now
   */
  async *read(
    file: LogFile,
    bytes: AsyncIterable<Uint8Array>,
    toEnd: boolean,
    numbers?: ReusedNumbers,
    scalars?: ScalarTaker,
  ): AsyncGenerator<void, boolean> {
    const reader = this.#reader;
    try {
      let [at, before] = [reader.offset, this.#before];
      const start = at;
      // A writer may take back a record that it could not complete, so an incomplete record is read again each time.
      for await (const chunk of without(before, bytes)) {
        numbers?.reset();
        this.#push(chunk, numbers, scalars);
        if (reader.offset > at) this.#before = lastOf(before, chunk, reader.offset - at);
        before = lastOf(before, chunk, chunk.length);
        at += chunk.length;
        yield;
        if (reader.ended) {
          this.#size = file.size;
          return false;
        }
      }
      if (toEnd) this.#size = file.size;
      this.#failure = '';
      return !toEnd && at > start;
    } catch (error) {
      if (error instanceof ReplacedFile) {
        this.#restart('another file has taken its place');
        return yield* this.read(file, file.read(0), true, numbers, scalars);
      }
      const reason = String((error as Error)?.message ?? error);
      if (reason !== this.#failure) this.#warn({ offset: reader.offset, reason, final: false });
      this.#failure = reason;
      return false;
    } finally {
      reader.rewind();
    }
  }

  #push(chunk: Uint8Array, numbers: ReusedNumbers | undefined, scalars: ScalarTaker | undefined): void {
    if (scalars === undefined) {
      this.backlog.push(...this.#reader.push(chunk, numbers?.take).reverse());
      return;
    }
    const others: LoggedEvent[] = [];
    const other = (event: LoggedEvent) => {
      if (event.kind === 'start') scalars.start(event.step);
      others.push(event);
    };
    this.#reader.pushScalars(chunk, scalars.scalar, other, numbers?.take);
    this.backlog.push(...others.reverse());
  }

  /** The file seems to be another one now. Its records replace those of the old one step by step. */
  #restart(why: string): void {
    this.#warn({ offset: this.#reader.offset, reason: `${why}; it is read anew`, final: false });
    this.#reader = new EventReader(this.#warn);
    [this.#before, this.#size, this.#failure] = [NOTHING, 0, ''];
  }
}

const NOTHING: Uint8Array = new Uint8Array(0);

/** The checksum of the last record. */
const BEFORE_BYTES = 4;

class ReplacedFile extends Error {}

/**
 * The bytes behind the known ones, which they begin with. If these have changed, the file was replaced, as when a recording
 * is saved under the same name.
 * @throws ReplacedFile
 */
async function* without(known: Uint8Array, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let left = known;
  for await (const bytes of chunks) {
    const length = Math.min(left.length, bytes.length);
    for (let i = 0; i < length; i++) if (bytes[i] !== left[i]) throw new ReplacedFile();
    left = left.subarray(length);
    if (bytes.length > length) yield length === 0 ? bytes : bytes.subarray(length);
  }
}

/** Copies the last bytes of `before` and the first `length` of `bytes`, together. */
function lastOf(before: Uint8Array, bytes: Uint8Array, length: number): Uint8Array {
  if (length >= BEFORE_BYTES) return bytes.slice(length - BEFORE_BYTES, length);
  return joinBytes([before, bytes.subarray(0, length)]).slice(-BEFORE_BYTES);
}
