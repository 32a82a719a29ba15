import { createReadStream, type Dirent } from 'node:fs';
import { type FileHandle, open, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { readRecordingHeader } from '../../src/inspect/index.ts';
import type { LogFile } from '../../src/tensorboard/index.ts';
import type { RecordingListing, RecordingOutput } from '../../viewer/logs.ts';

/** Deeper folders are not searched. */
const DEEPEST = 16;

interface Known {
  /** Changes when the file does. */
  readonly mark: string;
  /** Undefined for a file that is no recording. */
  readonly listing: RecordingListing | undefined;
}

/** The recordings of `layertap/inspect` below a directory, or one file. Only bytes of their tensors can be read. */
export class ServedRecordings {
  readonly #root: string;
  readonly #known: Map<string, Known> = new Map();
  #listing: Promise<readonly RecordingListing[]> | undefined;

  /** @param path a directory or a file */
  constructor(path: string) {
    this.#root = resolve(path);
  }

  /** Calls during a listing share its result. A file is read again when it has changed. */
  list(): Promise<readonly RecordingListing[]> {
    this.#listing ??= this.#list().finally(() => {
      this.#listing = undefined;
    });
    return this.#listing;
  }

  /** What to say of a directory without event files: '' if there are recordings to show, undefined if there is nothing. */
  async describe(): Promise<string | undefined> {
    if ((await this.list()).length > 0) return '';
    const { size } = this.#known;
    if (size === 0) return undefined;
    const files = size === 1 ? 'The .safetensors file here is not' : `None of the ${size} .safetensors files here is`;
    return `There are no event files yet. ${files} a recording of layertap.`;
  }

  async #list(): Promise<readonly RecordingListing[]> {
    const listings: RecordingListing[] = [];
    const files = await this.#files();
    for (const path of this.#known.keys()) if (!files.includes(path)) this.#known.delete(path);
    for (const path of files) {
      const listing = await this.#look(path).catch(() => undefined);
      if (listing !== undefined) listings.push(listing);
    }
    return listings;
  }

  /** The paths of .safetensors files, below the root; of the root itself if it is one. Links are not followed. */
  async #files(): Promise<string[]> {
    const found: string[] = [];
    const search = async (folder: string, depth: number): Promise<void> => {
      const entries: Dirent[] = await readdir(join(this.#root, folder), { withFileTypes: true });
      for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
        const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
        if (entry.isDirectory() && depth < DEEPEST) await search(path, depth + 1).catch(() => {});
        else if (entry.isFile() && isSafetensors(entry.name)) found.push(path);
      }
    };
    const root = await stat(this.#root).catch(() => undefined);
    if (root?.isFile()) return [basename(this.#root)];
    if (root?.isDirectory()) await search('', 0);
    return found;
  }

  async #look(path: string): Promise<RecordingListing | undefined> {
    const file = await open(await this.#place(path));
    try {
      const { size, mtimeMs } = await file.stat();
      const mark = `${size} ${mtimeMs}`;
      const known = this.#known.get(path);
      if (known?.mark === mark) return known.listing;
      const outputs = await outputsOf(file, size);
      const listing = outputs && { path, run: path.replace(/\.safetensors$/i, ''), outputs };
      this.#known.set(path, { mark, listing });
      return listing;
    } finally {
      await file.close();
    }
  }

  async #place(path: string): Promise<string> {
    return (await stat(this.#root)).isFile() ? join(dirname(await realpath(this.#root)), path) : join(this.#root, path);
  }

  /**
   * Bytes of one tensor of a recording, read when they are asked for.
   * @param path as listed: it is looked up, and never used otherwise
   * @returns undefined if there is no such recording, or if the bytes are not within one of its tensors
   */
  async bytes(path: string, from: number, to: number): Promise<Pick<LogFile, 'read'> | undefined> {
    if (!this.#known.has(path)) await this.list();
    const listing = this.#known.get(path)?.listing;
    const isInside = ({ begin, end }: RecordingOutput) => begin <= from && from <= to && to <= end;
    if (listing === undefined || !listing.outputs.some(isInside)) return undefined;
    const place = await this.#place(path);
    // The end of a stream is its last byte, so that it cannot be empty.
    return { read: () => (from < to ? createReadStream(place, { start: from, end: to - 1 }) : nothing()) };
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

export const isSafetensors = (name: string): boolean => /\.safetensors$/i.test(name);

/** Reads no more than the header, however large the file is. @returns undefined if it is no recording */
async function outputsOf(file: FileHandle, size: number): Promise<readonly RecordingOutput[] | undefined> {
  const length = await bytesOf(file, 0, 8);
  if (length.length < 8) return undefined;
  const header = Number(new DataView(length.buffer, length.byteOffset, 8).getBigUint64(0, true));
  if (!(header <= size - 8)) return undefined;
  try {
    return readRecordingHeader(await bytesOf(file, 0, 8 + header), size).outputs;
  } catch {
    // Weights, for example.
    return undefined;
  }
}

async function bytesOf(file: FileHandle, from: number, to: number): Promise<Uint8Array> {
  const buffer = new Uint8Array(to - from);
  let at = 0;
  while (at < buffer.length) {
    const { bytesRead } = await file.read(buffer, at, buffer.length - at, from + at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return buffer.subarray(0, at);
}
