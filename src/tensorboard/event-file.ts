import type { NodeBuiltins } from './node.ts';

/** How many event files this process has made: a part of their names, as in TensorBoard's own writer. */
let made = 0;

/**
 * One event file that grows by whole records.
 *
 * It is opened for each write and not kept open: a writer that is forgotten holds no descriptor, and a file that was
 * deleted meanwhile is an error instead of records that go nowhere.
 */
export class EventFile {
  /** Absolute: the working directory may change. */
  readonly path: string;
  readonly #fs: NodeBuiltins['fs'];
  /** Bytes of whole records. What a failed write left behind this is overwritten by the next. */
  #length = 0;

  /**
   * Makes the directory and a new file in it, with the name that TensorBoard's writer would give.
   * Source: `EventFileWriter.__init__` in tensorboard/summary/writer/event_file_writer.py.
   * @throws Error that names the path, with the system's error as its cause
   */
  constructor({ fs, os, path, process }: NodeBuiltins, directory: string, suffix: string) {
    this.#fs = fs;
    const absolute = path.resolve(directory);
    attempt(`cannot create the log directory ${absolute}`, () => fs.mkdirSync(absolute, { recursive: true }));
    const seconds = String(Math.floor(Date.now() / 1000)).padStart(10, '0');
    const start = path.join(absolute, `events.out.tfevents.${seconds}.${os.hostname()}.${process.pid}.`);
    for (;;) {
      const name = `${start}${made++}${suffix}`;
      if (attempt(`cannot create the event file ${name}`, () => create(fs, name))) {
        this.path = name;
        return;
      }
    }
  }

  /**
   * Appends whole records. When this returns, the operating system has them: they outlive the process.
   * @throws Error that names the path, with the system's error as its cause; the file then ends where it ended before
   */
  append(records: readonly Uint8Array[]): void {
    const bytes = concatenate(records);
    attempt(`cannot write to the event file ${this.path}`, () => {
      const file = this.#fs.openSync(this.path, 'r+');
      try {
        this.#write(file, bytes);
      } finally {
        this.#fs.closeSync(file);
      }
    });
    this.#length += bytes.length;
  }

  #write(file: number, bytes: Uint8Array): void {
    try {
      for (let done = 0; done < bytes.length; ) {
        done += this.#fs.writeSync(file, bytes, done, bytes.length - done, this.#length + done);
      }
    } catch (error) {
      // A reader takes half a record for one that is still being written, but a process that ends now leaves it there.
      try {
        this.#fs.ftruncateSync(file, this.#length);
      } catch {
        // The first error says more.
      }
      throw error;
    }
  }
}

/**
 * Whether the name was free. It may not be: worker threads share a process id, containers often have the same one, and
 * each counts its files from 0.
 */
function create(fs: NodeBuiltins['fs'], name: string): boolean {
  try {
    fs.closeSync(fs.openSync(name, 'wx'));
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'EEXIST') return false;
    throw error;
  }
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function attempt<T>(failure: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    throw new Error(`SummaryWriter: ${failure}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
