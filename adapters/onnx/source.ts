/** @file The bytes of a model: in memory, fetched from a URL, or in a file. */
import { describe } from '../../src/adapter.ts';
import { type Bytes, inMemory } from './light-model.ts';

/** The bytes of an .onnx file, its URL, or in Node its path. */
export type OnnxSource = string | URL | ArrayBuffer | Uint8Array;

export interface OpenSource {
  readonly bytes: Bytes;
  /** Where the file is, if the runtime can open it. */
  readonly file: { readonly directory: string; readonly name: string } | undefined;
  /** The bytes, if they are in memory. */
  readonly data: Uint8Array | undefined;
  close(): void;
}

/** The name by which weights are referred to in a model that was given as bytes. */
const OWN_FILE = 'layertap.weights';

/** The name of a file in references to its own weights. */
export const locationOf = ({ file }: OpenSource): string => file?.name ?? OWN_FILE;

/**
 * Fetches http:, https:, blob: and data: URLs, and opens the others as files. Without a file system all are fetched.
 * @throws TypeError for a value that is not a source; Error for one that cannot be read
 */
export async function openSource(where: string, source: OnnxSource): Promise<OpenSource> {
  if (source instanceof Uint8Array) return held(source);
  // By its tag, since instanceof fails across realms.
  if (Object.prototype.toString.call(source) === '[object ArrayBuffer]')
    return held(new Uint8Array(source as ArrayBuffer));
  const isPlace = typeof source === 'string' || source instanceof URL;
  const isRemote = isPlace && (REMOTE.test(String(source)) || builtin('node:fs') === undefined);
  if (!isPlace || (!isRemote && OTHER_SCHEME.test(String(source)))) {
    throw new TypeError(
      `${where}: the source must be the bytes of an .onnx file, its URL (http:, https:, blob: or data:), or in Node its path or file: URL, got ${isPlace ? source : describe(source)}`,
    );
  }
  try {
    return isRemote ? held(await fetched(source)) : openFile(source);
  } catch (cause) {
    throw new Error(`${where}: the source cannot be read\n  got: ${source}\n  ${(cause as Error).message}`, { cause });
  }
}

const held = (data: Uint8Array): OpenSource => ({ bytes: inMemory(data), file: undefined, data, close: () => {} });

const REMOTE = /^(https?|blob|data):/i;
/** With at least two letters: `C:/models` is a path. */
const OTHER_SCHEME = /^(?!file:)[a-z][a-z0-9+.-]+:\//i;

async function fetched(source: string | URL): Promise<Uint8Array> {
  const response = await fetch(source);
  if (!response.ok) throw new Error(`the server answers ${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** Nodes are small and many: they are read together. */
const BLOCK_BYTES = 65_536;

function openFile(source: string | URL): OpenSource {
  const { resolve, dirname, basename } = builtin('node:path')!;
  const { openSync, fstatSync, readSync, closeSync } = builtin('node:fs')!;
  const isUrl = source instanceof URL || /^file:/i.test(source);
  const path = resolve(isUrl ? builtin('node:url')!.fileURLToPath(source) : source);
  const descriptor = openSync(path, 'r');
  const { size } = fstatSync(descriptor);
  const fill = (from: number, to: number) => {
    const bytes = new Uint8Array(Math.max(0, Math.min(to, size) - from));
    let at = 0;
    while (at < bytes.length) {
      const count = readSync(descriptor, bytes, at, bytes.length - at, from + at);
      if (count === 0) throw new RangeError('the file has become shorter');
      at += count;
    }
    return bytes;
  };
  let start = 0;
  let block = new Uint8Array(0);
  const read = (from: number, to: number) => {
    if (to - from > BLOCK_BYTES) return fill(from, to);
    if (from < start || to > start + block.length) {
      start = from;
      block = fill(from, from + BLOCK_BYTES);
    }
    return block.slice(from - start, to - start);
  };
  return {
    bytes: { size, read },
    file: { directory: dirname(path), name: basename(path) },
    data: undefined,
    close: () => closeSync(descriptor),
  };
}

/** What is used of Node's own modules, which are loaded on demand: a page has none. */
interface Builtins {
  'node:fs': {
    openSync(path: string, flags: 'r'): number;
    fstatSync(descriptor: number): { readonly size: number };
    readSync(descriptor: number, into: Uint8Array, offset: number, length: number, position: number): number;
    closeSync(descriptor: number): void;
    mkdtempSync(prefix: string): string;
    readdirSync(path: string): string[];
    readFileSync(path: string): Uint8Array;
    rmSync(path: string, options: { recursive: true; force: true }): void;
  };
  'node:os': { tmpdir(): string };
  'node:path': {
    join(...parts: string[]): string;
    resolve(path: string): string;
    dirname(path: string): string;
    basename(path: string): string;
  };
  'node:url': { fileURLToPath(url: URL | string): string };
}

export function builtin<N extends keyof Builtins>(name: N): Builtins[N] | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  return process?.getBuiltinModule?.(name) as Builtins[N] | undefined;
}
