import { someOf } from './directory-sink.ts';
import type { EventOutput, EventSink } from './event-sink.ts';

/** What a worker can do with a file of its own; TypeScript declares it for worker code only. */
interface SyncAccessHandle {
  write(bytes: Uint8Array, options: { at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}

/**
 * Keeps event files in the browser's private file system (OPFS), where they outlive the page. In a worker only: nowhere
 * else can a file there be written piece by piece.
 *
 * @example
 * const sink = new OpfsSink(await navigator.storage.getDirectory());
 * const writer = new SummaryWriter('runs/today', { sink });
 */
export class OpfsSink implements EventSink {
  readonly #root: FileSystemDirectoryHandle;

  constructor(root: FileSystemDirectoryHandle) {
    this.#root = root;
  }

  create(path: string): EventOutput {
    const opened = open(this.#root, path);
    // Whoever appends hears of it.
    opened.catch(() => {});
    let length = 0;
    return {
      copies: true,
      async append(bytes) {
        const file = await opened;
        try {
          for (let done = 0; done < bytes.length; ) {
            done += someOf(file.write(bytes.subarray(done), { at: length + done }));
          }
        } catch (error) {
          file.truncate(length);
          throw error;
        }
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
    throw new Error('OpfsSink: files can be written piece by piece in a worker only; make the writer there');
  }
  return file.createSyncAccessHandle();
}
