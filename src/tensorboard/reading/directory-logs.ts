import { BOOLEAN, checkOptions } from '../../check/index.ts';
import { codeOf } from '../sinks/directory-sink.ts';
import { logPath, type NodeBuiltins, nodeBuiltins } from '../sinks/node.ts';
import { isEventFile, type LogDirectory, type LogFile } from './log-directory.ts';

const CHUNK_BYTES = 1 << 20;

/** Options of {@link directoryLogs}. */
export interface DirectoryLogsOptions {
  /**
   * Whether to follow links that lead out of the directory. Default true. If false, nothing outside the directory is read,
   * not even if a link is moved between listing and opening a file.
   */
  readonly outside?: boolean;
  /**
   * Whether a directory is read under each name that leads to it, as in TensorBoard. Default false: it is read once, under its
   * own name if it is below the log directory, else under that of its first link, in the order of names.
   */
  readonly everyLink?: boolean;
}

/**
 * The event files of a directory and all directories below it, in Node. Links are followed.
 * @param directory a path or a `file:` URL; `~` is the home directory
 * @throws Error outside Node; TypeError for another URL or another kind of option; `list()` rejects with the system's error
 *   if the directory cannot be read
 */
export function directoryLogs(directory: string | URL, options: DirectoryLogsOptions = {}): LogDirectory {
  checkOptions('directoryLogs()', options, { outside: BOOLEAN, everyLink: BOOLEAN });
  const { outside = true, everyLink = false } = options;
  const node = nodeBuiltins();
  if (node === undefined) throw new Error('directoryLogs(): there are no directories here as in Node (20.19 or newer)');
  const elsewhere = 'give a LogDirectory that reads from there';
  const root = node.path.resolve(logPath('directoryLogs()', elsewhere, directory, node));
  return {
    async list() {
      const { realpath, stat } = node.fs.promises;
      const real = await realpath(root);
      const start = outside ? root : real;
      const within = start.endsWith(node.path.sep) ? start : start + node.path.sep;
      const identity = identityOf(await stat(start));
      const walk: Walk = {
        node,
        within: outside ? undefined : within,
        everyLink,
        seen: new Set([identity]),
        files: [],
        links: [],
      };
      const linked = real === root ? undefined : identity;
      await readDirectory(walk, { path: start, prefix: '', above: [identity], linked });
      // Only now are all directories with own names known. Visiting one may add links to the list.
      for (let next = nextLink(walk); next !== undefined; next = nextLink(walk)) await visit(walk, next);
      return walk.files.sort((a, b) => (a.path < b.path ? -1 : 1));
    },
  };
}

interface Directory {
  readonly path: string;
  /** The paths of its files, relative to the log directory, begin with this. */
  readonly prefix: string;
  /** The identities of the directories in its path, its own at the end. */
  readonly above: readonly string[];
  /** The identity of the directory that the last link in its path leads to, if there is a link. */
  readonly linked: string | undefined;
}

interface Walk {
  readonly node: NodeBuiltins;
  /** All real paths must begin with this, if links must not lead out. */
  readonly within: string | undefined;
  readonly everyLink: boolean;
  /** Identities of visited directories. */
  readonly seen: Set<string>;
  readonly files: LogFile[];
  /** Targets of links, to be visited last. */
  readonly links: Directory[];
}

const identityOf = ({ dev, ino }: { dev: number; ino: number }): string => `${dev}:${ino}`;

/** Removes the first link in the order of names: directories are read at once, in any order. */
function nextLink({ links }: Walk): Directory | undefined {
  return links.sort((a, b) => (a.prefix < b.prefix ? 1 : -1)).pop();
}

async function visit(walk: Walk, directory: Directory): Promise<void> {
  const identity = directory.above.at(-1)!;
  const isKnown = walk.everyLink
    ? directory.above.indexOf(identity) < directory.above.length - 1
    : walk.seen.has(identity);
  if (isKnown) return;
  walk.seen.add(identity);
  await unlessGone(() => readDirectory(walk, directory));
}

async function readDirectory(walk: Walk, directory: Directory): Promise<void> {
  const { node, within, files, links } = walk;
  const { fs, path } = node;
  const entries = await fs.promises.readdir(directory.path, { withFileTypes: true });
  const found: Directory[] = [];
  await Promise.all(
    entries.map((entry) =>
      unlessGone(async () => {
        const { name } = entry;
        const isLink = entry.isSymbolicLink();
        const joined = path.join(directory.path, name);
        const full = within === undefined || !isLink ? joined : await fs.promises.realpath(joined);
        if (within !== undefined && !`${full}${path.sep}`.startsWith(within)) return;
        // A link that has taken the place of a file since is not followed.
        const stats = await (isLink ? fs.promises.stat(full) : fs.promises.lstat(full));
        const identity = identityOf(stats);
        if (stats.isDirectory()) {
          const above = [...directory.above, identity];
          const linked = isLink ? identity : directory.linked;
          (isLink ? links : found).push({ path: full, prefix: `${directory.prefix}${name}/`, above, linked });
        } else if (stats.isFile() && isEventFile(name)) {
          const expected = within === undefined ? undefined : identity;
          files.push({
            path: directory.prefix + name,
            size: stats.size,
            ...(directory.linked !== undefined && { directory: directory.linked }),
            ...(isLink && { target: identity }),
            read: (from, length) => chunks(fs, full, from, length, expected),
          });
        }
      }),
    ),
  );
  found.sort((a, b) => (a.prefix < b.prefix ? -1 : 1));
  await Promise.all(found.map((one) => visit(walk, one)));
}

/** Skips what was removed, is a broken link, or may not be read. */
async function unlessGone(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!['ENOENT', 'ELOOP', 'EACCES', 'EPERM', 'ENOTDIR'].includes(codeOf(error) as string)) throw error;
  }
}

/** @param expected identity that the file must have; undefined: any */
async function* chunks(
  fs: NodeBuiltins['fs'],
  path: string,
  from: number,
  length: number | undefined,
  expected: string | undefined,
): AsyncGenerator<Uint8Array> {
  const file = await fs.promises.open(path, 'r');
  try {
    const stats = await file.stat();
    if (expected !== undefined && identityOf(stats) !== expected) throw new Error('another file has taken its place');
    const size = length === undefined ? stats.size : Math.min(stats.size, from + length);
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
