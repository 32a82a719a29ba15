import { describe } from '../../check/index.ts';
import { checkOptions } from '../../hooks/index.ts';
import { codeOf } from '../sinks/directory-sink.ts';
import { type NodeBuiltins, nodeBuiltins } from '../sinks/node.ts';
import { isEventFile, type LogFile, type LogSource } from './log-source.ts';

const CHUNK_BYTES = 1 << 20;

export interface DirectoryLogsOptions {
  /**
   * Whether links that lead out of the directory are followed. Default true. If not, they are left out, and a file whose
   * name means another file by the time it is opened is not read: nothing outside the directory is.
   */
  readonly outside?: boolean;
}

/**
 * The event files of a directory and all directories below it, in Node. Links are followed, each directory once.
 * @throws Error outside Node; TypeError for an option of another kind; `list()` rejects with the system's error where the directory cannot be read
 */
export function directoryLogs(directory: string, options: DirectoryLogsOptions = {}): LogSource {
  checkOptions('directoryLogs()', options, ['outside']);
  const { outside = true } = options;
  if (typeof outside !== 'boolean') {
    throw new TypeError(`directoryLogs(): option "outside" must be true or false, got ${describe(outside)}`);
  }
  const node = nodeBuiltins();
  if (node === undefined) throw new Error('directoryLogs(): there are no directories here as in Node (20.19 or newer)');
  const root = node.path.resolve(directory);
  return {
    async list() {
      const { realpath, stat } = node.fs.promises;
      const start = outside ? root : await realpath(root);
      const within = start.endsWith(node.path.sep) ? start : start + node.path.sep;
      const seen = new Set([identityOf(await stat(start))]);
      const walk: Walk = { node, within: outside ? undefined : within, seen, files: [] };
      await look(walk, start, '');
      return walk.files;
    },
  };
}

interface Walk {
  readonly node: NodeBuiltins;
  /** What the real path of everything begins with, where links must not lead out. */
  readonly within: string | undefined;
  /** Directories, by their identity. */
  readonly seen: Set<string>;
  readonly files: LogFile[];
}

const identityOf = ({ dev, ino }: { dev: number; ino: number }): string => `${dev}:${ino}`;

async function look(walk: Walk, directory: string, prefix: string): Promise<void> {
  const { node, within, seen, files } = walk;
  const { fs, path } = node;
  for (const name of (await fs.promises.readdir(directory)).sort()) {
    try {
      const joined = path.join(directory, name);
      const full = within === undefined ? joined : await fs.promises.realpath(joined);
      if (within !== undefined && !`${full}${path.sep}`.startsWith(within)) continue;
      const stats = await fs.promises.stat(full);
      const identity = identityOf(stats);
      if (stats.isDirectory()) {
        if (seen.has(identity)) continue;
        seen.add(identity);
        await look(walk, full, `${prefix}${name}/`);
      } else if (stats.isFile() && isEventFile(name)) {
        const expected = within === undefined ? undefined : identity;
        files.push({ path: prefix + name, size: stats.size, read: (from) => chunks(fs, full, from, expected) });
      }
    } catch (error) {
      // It was removed meanwhile, it is a link to nothing, or it is not ours to read.
      if (!['ENOENT', 'ELOOP', 'EACCES', 'EPERM', 'ENOTDIR'].includes(codeOf(error) as string)) throw error;
    }
  }
}

/** @param expected which file it must be, where that matters */
async function* chunks(
  fs: NodeBuiltins['fs'],
  path: string,
  from: number,
  expected: string | undefined,
): AsyncGenerator<Uint8Array> {
  const file = await fs.promises.open(path, 'r');
  try {
    const stats = await file.stat();
    if (expected !== undefined && identityOf(stats) !== expected) throw new Error('another file has taken its place');
    const { size } = stats;
    for (let at = from; at < size; ) {
      const buffer = new Uint8Array(Math.min(CHUNK_BYTES, size - at));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
