/** @file Where the bytes of a model come from. */
import { describe } from '../../src/adapter.ts';

/** The bytes of an .onnx file; or where it is, a path in Node, a URL in a page. */
export type OnnxSource = string | URL | ArrayBuffer | Uint8Array;

export interface ReadSource {
  readonly bytes: Uint8Array;
  /** Where the file is, for a runtime that can open it. */
  readonly file: { readonly directory: string; readonly name: string } | undefined;
}

/** The parts of Node that are used, fetched when they are needed: a page has none. */
interface Builtins {
  'node:fs/promises': { readFile(path: string | URL): Promise<Uint8Array> };
  'node:path': { resolve(path: string): string; dirname(path: string): string; basename(path: string): string };
  'node:url': { fileURLToPath(url: URL | string): string };
}

/**
 * Reads a source: bytes as they are, http:, https:, blob: and data: with `fetch`, anything else as a file where there are
 * files, else with `fetch`.
 * @throws TypeError for what is no source; Error where it cannot be read
 */
export async function readSource(where: string, source: OnnxSource): Promise<ReadSource> {
  if (source instanceof Uint8Array) return { bytes: source, file: undefined };
  if (Object.prototype.toString.call(source) === '[object ArrayBuffer]') {
    return { bytes: new Uint8Array(source as ArrayBuffer), file: undefined };
  }
  if (typeof source !== 'string' && !(source instanceof URL)) {
    throw new TypeError(
      `${where}: the source must be the bytes of an .onnx file, or its path or URL; got ${describe(source)}`,
    );
  }
  try {
    return await (isRemote(source) ? fetchSource(source) : readFile(source));
  } catch (cause) {
    throw new Error(`${where}: the source cannot be read\n  came: ${source}\n  ${(cause as Error).message}`, { cause });
  }
}

const isRemote = (source: string | URL) =>
  /^(https?|blob|data):/.test(String(source)) || builtin('node:fs/promises') === undefined;

async function fetchSource(source: string | URL): Promise<ReadSource> {
  const response = await fetch(source);
  if (!response.ok) throw new Error(`the server answers ${response.status} ${response.statusText}`);
  return { bytes: new Uint8Array(await response.arrayBuffer()), file: undefined };
}

async function readFile(source: string | URL): Promise<ReadSource> {
  const { resolve, dirname, basename } = builtin('node:path')!;
  const isUrl = source instanceof URL || source.startsWith('file:');
  const path = resolve(isUrl ? builtin('node:url')!.fileURLToPath(source) : source);
  const bytes = await builtin('node:fs/promises')!.readFile(path);
  return { bytes, file: { directory: dirname(path), name: basename(path) } };
}

function builtin<N extends keyof Builtins>(name: N): Builtins[N] | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  return process?.getBuiltinModule?.(name) as Builtins[N] | undefined;
}
