/** @file What the reader needs of a log directory, and the log directories that work without Node. */
import { blobChunks } from './read-events.ts';

/** An event file, which may be growing. */
export interface LogFile {
  /** Below the log directory, with '/' between names. */
  readonly path: string;
  /** In bytes, now. */
  readonly size: number;
  /**
   * Identity of the directory that the last link in the path leads to, links to the log directory included. If it changes,
   * the link was moved, and another run has replaced this one. Without links: undefined.
   */
  readonly directory?: string;
  /** Identity of the file, if the last name of the path is a link. Used like `directory`. */
  readonly target?: string;
  /** Its bytes from an offset to the present end, in chunks. `length` tells how many are needed: more may come. */
  read(from: number, length?: number): AsyncIterable<Uint8Array>;
}

/** Some bytes of a file: at most `length`, from a position on. */
export interface FilePart {
  readonly file: LogFile;
  readonly from: number;
  readonly length: number;
}

/** Bytes of a part, or why it cannot be read. */
export type PartChunk =
  | { readonly part: number; readonly bytes: Uint8Array }
  | { readonly part: number; readonly error: Error };

/** A directory of runs, however it is reached: implement this to read from elsewhere. */
export interface LogDirectory {
  /** Every event file that exists now. */
  list(): Promise<LogFile[]>;
  /**
   * Parts of many files, one after another, each as chunks with the part's index. Where a request costs time, this saves
   * one for each file. Default: {@link LogFile.read} of each.
   */
  readParts?: ((parts: readonly FilePart[]) => AsyncIterable<PartChunk>) | undefined;
  /** What a viewer says while there are no event files; '' for nothing. As of the last listing. Default: that there are none. */
  whileEmpty?: string | undefined;
}

/** TensorBoard's rule for the names of event files. */
export const isEventFile = (name: string): boolean => name.includes('tfevents') && !name.endsWith('.profile-empty');

/** Not every browser's handles are iterable in TypeScript's declarations. */
type DirectoryHandle = FileSystemDirectoryHandle & {
  values(): AsyncIterable<FileSystemDirectoryHandle | FileSystemFileHandle>;
};

/**
 * The event files below a browser's directory handle: one from `showDirectoryPicker()`, which can be followed while
 * another program writes there, or one of the private file system.
 */
export function handleLogs(directory: FileSystemDirectoryHandle): LogDirectory {
  return {
    async list() {
      const files: LogFile[] = [];
      await walk(directory as DirectoryHandle, '', files);
      return files;
    },
  };
}

async function walk(directory: DirectoryHandle, prefix: string, files: LogFile[]): Promise<void> {
  for await (const entry of directory.values()) {
    const path = prefix + entry.name;
    if (entry.kind === 'directory') await walk(entry as DirectoryHandle, `${path}/`, files);
    else if (isEventFile(entry.name)) files.push(fromBlob(path, await (entry as FileSystemFileHandle).getFile()));
  }
}

/** The event files among chosen or dropped files, with their paths if a directory was chosen. */
export function fileLogs(files: Iterable<File>): LogDirectory {
  const chosen = [...files].filter(({ name }) => isEventFile(name));
  return {
    list: async () => chosen.map((file) => fromBlob(file.webkitRelativePath || file.name, file)),
  };
}

/** The event files of a {@link MemorySink}, as they are at each call of `list()`. */
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
