import { isEventFile, type LogDirectory, type LogFile } from './log-source.ts';
import { blobChunks } from './read-events.ts';

/** TypeScript does not declare that handles can be iterated over in every browser that has them. */
type Directory = FileSystemDirectoryHandle & {
  values(): AsyncIterable<FileSystemDirectoryHandle | FileSystemFileHandle>;
};

/**
 * The event files below a directory handle of a browser: from `showDirectoryPicker()`, which can be followed while
 * another program writes there, or from the private file system.
 */
export function handleLogs(directory: FileSystemDirectoryHandle): LogDirectory {
  return {
    async list() {
      const files: LogFile[] = [];
      await walk(directory as Directory, '', files);
      return files;
    },
  };
}

async function walk(directory: Directory, prefix: string, files: LogFile[]): Promise<void> {
  for await (const entry of directory.values()) {
    const path = prefix + entry.name;
    if (entry.kind === 'directory') await walk(entry as Directory, `${path}/`, files);
    else if (isEventFile(entry.name)) files.push(fromBlob(path, await (entry as FileSystemFileHandle).getFile()));
  }
}

/** The event files among files that somebody has chosen or dropped; with their paths, where a directory was chosen. */
export function fileLogs(files: Iterable<File>): LogDirectory {
  const chosen = [...files].filter(({ name }) => isEventFile(name));
  return {
    list: async () => chosen.map((file) => fromBlob(file.webkitRelativePath || file.name, file)),
  };
}

/** The event files of a {@link MemorySink}, as they are at each look. */
export function memoryLogs(sink: { files(): Map<string, Blob> }): LogDirectory {
  return {
    list: async () => [...sink.files()].map(([path, blob]) => fromBlob(path, blob)),
  };
}

const fromBlob = (path: string, blob: Blob): LogFile => ({
  path,
  size: blob.size,
  read: (from) => blobChunks(blob, from),
});
