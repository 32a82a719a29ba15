import { codeOf } from '../sinks/directory-sink.ts';
import { type NodeBuiltins, nodeBuiltins } from '../sinks/node.ts';
import { isEventFile, type LogFile, type LogSource } from './log-source.ts';

const CHUNK_BYTES = 1 << 20;

/**
 * The event files of a directory and all directories below it, in Node. Links are followed, each directory once.
 * @throws Error outside Node; `list()` rejects with the system's error where the directory cannot be read
 */
export function directoryLogs(directory: string): LogSource {
  const node = nodeBuiltins();
  if (node === undefined) throw new Error('directoryLogs(): there are no directories here as in Node (20.19 or newer)');
  const root = node.path.resolve(directory);
  return {
    async list() {
      const files: LogFile[] = [];
      await walk(node, root, '', new Set(), files);
      return files;
    },
  };
}

async function walk(
  node: NodeBuiltins,
  directory: string,
  prefix: string,
  seen: Set<string>,
  files: LogFile[],
): Promise<void> {
  const { fs, path } = node;
  for (const name of (await fs.promises.readdir(directory)).sort()) {
    const full = path.join(directory, name);
    try {
      const stats = await fs.promises.stat(full);
      if (stats.isDirectory()) {
        const identity = `${stats.dev}:${stats.ino}`;
        if (seen.has(identity)) continue;
        seen.add(identity);
        await walk(node, full, `${prefix}${name}/`, seen, files);
      } else if (stats.isFile() && isEventFile(name)) {
        files.push({ path: prefix + name, size: stats.size, read: (from) => chunks(fs, full, from) });
      }
    } catch (error) {
      // It was removed meanwhile, it is a link to nothing, or it is not ours to read.
      if (!['ENOENT', 'ELOOP', 'EACCES', 'EPERM', 'ENOTDIR'].includes(codeOf(error) as string)) throw error;
    }
  }
}

async function* chunks(fs: NodeBuiltins['fs'], path: string, from: number): AsyncGenerator<Uint8Array> {
  const file = await fs.promises.open(path, 'r');
  try {
    const { size } = await file.stat();
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
