import type { EventOutput, EventSink } from './event-sink.ts';
import type { NodeBuiltins } from './node.ts';

/**
 * Files on a disk, through Node. Every call is synchronous. `create` makes the parents too; its path must be absolute, since
 * the working directory may change. It throws an Error that names the path, with the system's error as its cause.
 */
export const directorySink = (node: NodeBuiltins): EventSink => ({
  create(path) {
    const directory = node.path.dirname(path);
    attempt(`cannot create the log directory ${directory}`, () => makeDirectory(node, directory));
    attempt(`cannot create the event file ${path}`, () => node.fs.closeSync(node.fs.openSync(path, 'wx')));
    return eventFile(node.fs, path);
  },
  writeFile(path, bytes) {
    const directory = node.path.dirname(path);
    attempt(`cannot create the directory ${directory}`, () => makeDirectory(node, directory));
    attempt(`cannot write the file ${path}`, () => node.fs.writeFileSync(path, bytes));
  },
});

/**
 * An event file that grows by whole records. It is opened for each write: an unused writer holds no descriptor, and writing to a
 * deleted file is an error.
 */
function eventFile(fs: NodeBuiltins['fs'], path: string): EventOutput {
  /** Bytes of whole records. The next write overwrites what a failed one left after them. */
  let length = 0;
  return {
    copies: true,
    /**
     * When this returns, the operating system has the bytes, and they outlive the process.
     * @throws Error that names the path, with the system's error as its cause; the file is as long as before
     */
    append(bytes) {
      attempt(`cannot write to the event file ${path}`, () => {
        const file = fs.openSync(path, 'r+');
        const write = (from: number) => fs.writeSync(file, bytes, from, bytes.length - from, length + from);
        try {
          writeWhole(bytes.length, write, () => fs.ftruncateSync(file, length));
        } finally {
          fs.closeSync(file);
        }
      });
      length += bytes.length;
    },
  };
}

/**
 * Writes `length` bytes in as many pieces as it takes. After an error it truncates the file: readers would wait for the rest
 * of half a record, and the process may end now.
 * @param write writes from an index on, and returns the number of bytes written
 */
export function writeWhole(length: number, write: (from: number) => number, truncate: () => void): void {
  try {
    for (let done = 0, written = 0; done < length; done += written) {
      written = write(done);
      // Or this would loop for ever.
      if (!(written > 0)) throw new Error('no byte could be written');
    }
  } catch (error) {
    try {
      truncate();
    } catch {
      // The first error says more.
    }
    throw error;
  }
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

/** Asks the disk: mkdir's error code does not tell, since on a read-only disk it is not EEXIST. */
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
