/** @file Reads the bytes of a model, from memory, a URL or a file. */
import { describe } from '../../src/adapter.ts';

/** The bytes of an .onnx file, its URL, or in Node its path. */
export type OnnxSource = string | URL | ArrayBuffer | Uint8Array;

export interface ReadSource {
  readonly bytes: Uint8Array;
  /** Where the file is, if the runtime can open it. */
  readonly file: { readonly directory: string; readonly name: string } | undefined;
}

/**
 * Fetches http:, https:, blob: and data: URLs, and opens the others as files. Without a file system all are fetched.
 * @throws TypeError for a value that is no source; Error for one that cannot be read
 */
export async function readSource(where: string, source: OnnxSource): Promise<ReadSource> {
  if (source instanceof Uint8Array) return { bytes: source, file: undefined };
  // By its tag, since instanceof fails across realms.
  if (Object.prototype.toString.call(source) === '[object ArrayBuffer]') {
    return { bytes: new Uint8Array(source as ArrayBuffer), file: undefined };
  }
  const isPlace = typeof source === 'string' || source instanceof URL;
  const isRemote = isPlace && (REMOTE.test(String(source)) || builtin('node:fs/promises') === undefined);
  if (!isPlace || (!isRemote && OTHER_SCHEME.test(String(source)))) {
    throw new TypeError(
      `${where}: the source must be the bytes of an .onnx file, its URL (http:, https:, blob: or data:), or in Node its path or file: URL, got ${isPlace ? source : describe(source)}`,
    );
  }
  try {
    return await (isRemote ? fetchSource(source) : readFile(source));
  } catch (cause) {
    throw new Error(`${where}: the source cannot be read\n  came: ${source}\n  ${(cause as Error).message}`, { cause });
  }
}

const REMOTE = /^(https?|blob|data):/i;
/** With at least two letters: `C:/models` is a path. */
const OTHER_SCHEME = /^(?!file:)[a-z][a-z0-9+.-]+:\//i;

async function fetchSource(source: string | URL): Promise<ReadSource> {
  const response = await fetch(source);
  if (!response.ok) throw new Error(`the server answers ${response.status} ${response.statusText}`);
  return { bytes: new Uint8Array(await response.arrayBuffer()), file: undefined };
}

async function readFile(source: string | URL): Promise<ReadSource> {
  const { resolve, dirname, basename } = builtin('node:path')!;
  const isUrl = source instanceof URL || /^file:/i.test(source);
  const path = resolve(isUrl ? builtin('node:url')!.fileURLToPath(source) : source);
  const bytes = await builtin('node:fs/promises')!.readFile(path);
  return { bytes, file: { directory: dirname(path), name: basename(path) } };
}

/** What is used of Node's own modules, which are loaded on demand: a page has none. */
interface Builtins {
  'node:fs/promises': { readFile(path: string | URL): Promise<Uint8Array> };
  'node:path': { resolve(path: string): string; dirname(path: string): string; basename(path: string): string };
  'node:url': { fileURLToPath(url: URL | string): string };
}

function builtin<N extends keyof Builtins>(name: N): Builtins[N] | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  return process?.getBuiltinModule?.(name) as Builtins[N] | undefined;
}
