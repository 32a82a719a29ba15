import type { EventOutput, EventSink } from './event-sink.ts';

/**
 * Keeps event files in memory, to read in a page or to download.
 *
 * @example
 * const sink = new MemorySink();
 * const writer = new SummaryWriter('run', { sink });
 * // … later:
 * await writer.flush();
 * for (const [path, blob] of sink.files()) download(path, URL.createObjectURL(blob));
 */
export class MemorySink implements EventSink {
  static readonly className: string = 'MemorySink';
  readonly #files: Map<string, Uint8Array[]> = new Map();

  /** @throws an error with the code 'EEXIST' if the file exists */
  create(path: string): EventOutput {
    if (this.#files.has(path)) throw Object.assign(new Error(`${path} exists already`), { code: 'EEXIST' });
    const parts: Uint8Array[] = [];
    this.#files.set(path, parts);
    return { append: (bytes) => void parts.push(bytes) };
  }

  writeFile(path: string, bytes: Uint8Array): void {
    this.#files.set(path, [bytes]);
  }

  /** The present files by their paths: `run/events.out.tfevents.…`. */
  files(): Map<string, Blob> {
    return new Map([...this.#files].map(([path, parts]) => [path, new Blob(parts as BlobPart[])]));
  }
}
