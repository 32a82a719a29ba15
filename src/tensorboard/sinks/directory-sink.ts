import type { EventOutput, EventSink } from './event-sink.ts';
import type { NodeBuiltins } from './node.ts';

/** Files on a disk, through Node. Every call is synchronous. */
export class DirectorySink implements EventSink {
  readonly #node: NodeBuiltins;

  constructor(node: NodeBuiltins) {
    this.#node = node;
  }

  /**
   * Creates the directory with its parents, and a new file in it.
   * @param path absolute, since the working directory may change
   * @throws Error that names the path, with the system's error as its cause
   */
  create(path: string): EventOutput {
    const { fs, path: paths } = this.#node;
    const directory = paths.dirname(path);
    attempt(`cannot create the log directory ${directory}`, () => makeDirectory(this.#node, directory));
    attempt(`cannot create the event file ${path}`, () => fs.closeSync(fs.openSync(path, 'wx')));
    return new EventFile(fs, path);
  }
}

/**
 * An event file that grows by whole records. It is opened for each write: an unused writer holds no descriptor, and writing to a
 * deleted file is an error.
 */
class EventFile implements EventOutput {
  readonly copies = true;
  readonly #fs: NodeBuiltins['fs'];
  readonly #path: string;
  /** Bytes of whole records. The next write overwrites what a failed one left behind them. */
  #length = 0;

  constructor(fs: NodeBuiltins['fs'], path: string) {
    this.#fs = fs;
    this.#path = path;
  }

  /**
   * When this returns, the operating system has the bytes, and they outlive the process.
   * @throws Error that names the path, with the system's error as its cause; the file is as long as before
   */
  append(bytes: Uint8Array): void {
    attempt(`cannot write to the event file ${this.#path}`, () => {
      const file = this.#fs.openSync(this.#path, 'r+');
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
        done += someOf(this.#fs.writeSync(file, bytes, done, bytes.length - done, this.#length + done));
      }
    } catch (error) {
      // Readers would wait for the rest of half a record, and the process may end now.
      try {
        this.#fs.ftruncateSync(file, this.#length);
      } catch {
        // The first error says more.
      }
      throw error;
    }
  }
}

/** The number of bytes written. @throws Error for none, or the caller would loop for ever */
export function someOf(written: number): number {
  if (written > 0) return written;
  throw new Error('no byte could be written');
}

/** Not `mkdirSync(…, { recursive: true })`: in Node 20 that never returns for a path below /proc. */
function makeDirectory({ fs, path }: NodeBuiltins, directory: string): void {
  try {
    fs.mkdirSync(directory);
  } catch (error) {
    const parent = path.dirname(directory);
    if (codeOf(error) === 'ENOENT' && parent !== directory) {
      makeDirectory({ fs, path } as NodeBuiltins, parent);
      fs.mkdirSync(directory);
    } else if (!isDirectory(fs, directory)) throw error;
  }
}

/** Instead of mkdir's error code: on a read-only disk it is not EEXIST. */
function isDirectory(fs: NodeBuiltins['fs'], path: string): boolean {
  try {
    return fs.statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** The system's code of an error, such as ENOENT. */
export const codeOf = (error: unknown): unknown => (error as { code?: unknown } | undefined)?.code;

function attempt(failure: string, action: () => void): void {
  try {
    action();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw Object.assign(new Error(`SummaryWriter: ${failure}: ${why}`, { cause }), { code: codeOf(cause) });
  }
}
