import { writeWhole } from './directory-sink.ts';
import type { EventOutput, EventSink } from './event-sink.ts';

/** TypeScript declares this for worker code only. */
interface SyncAccessHandle {
  write(bytes: Uint8Array, options: { at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}

/**
 * Keeps event files in the browser's private file system (OPFS), where they outlive the page. In workers only: elsewhere such
 * files cannot be appended to.
 *
 * @example
 * const sink = new OpfsSink(await navigator.storage.getDirectory());
 * const writer = new SummaryWriter('runs/today', { sink });
 */
export class OpfsSink implements EventSink {
  static readonly className: string = 'OpfsSink';
  readonly #root: FileSystemDirectoryHandle;

  constructor(root: FileSystemDirectoryHandle) {
    this.#root = root;
  }

  create(path: string): EventOutput {
    const opened = open(this.#root, path);
    // append() rejects with it.
    opened.catch(() => {});
    let length = 0;
    return {
      copies: true,
      async append(bytes) {
        const file = await opened;
        const write = (from: number) => file.write(bytes.subarray(from), { at: length + from });
        writeWhole(bytes.length, write, () => file.truncate(length));
        file.flush();
        length += bytes.length;
      },
      async close() {
        (await opened).close();
      },
    };
  }
}

async function open(root: FileSystemDirectoryHandle, path: string): Promise<SyncAccessHandle> {
  const parts = path.split('/').filter((part) => part !== '');
  const name = parts.pop()!;
  let directory = root;
  for (const part of parts) directory = await directory.getDirectoryHandle(part, { create: true });
  const file = (await directory.getFileHandle(name, { create: true })) as FileSystemFileHandle & {
    createSyncAccessHandle?(): Promise<SyncAccessHandle>;
  };
  if (file.createSyncAccessHandle === undefined) {
    throw new Error('OpfsSink: files can be appended to in a worker only; create the writer there');
  }
  return file.createSyncAccessHandle();
}
