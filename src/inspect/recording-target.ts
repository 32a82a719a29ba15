/** @file Where a recording is written: a file, in Node, or a stream. */
import { localPath, mismatch } from '../check/index.ts';

/** A path, a file: URL, or a stream. */
export type RecordingTarget = string | URL | WritableStream<Uint8Array>;

/** What is used of Node's own modules, which are looked up when they are needed: a page has none. */
interface Builtins {
  'node:fs/promises': {
    open(path: string, flags: string): Promise<{ writeFile(part: Uint8Array): Promise<void>; close(): Promise<void> }>;
    rename(from: string, to: string): Promise<void>;
    rm(path: string, options: { force: true }): Promise<void>;
  };
  'node:url': { fileURLToPath(url: string): string };
  'node:os': { homedir(): string };
}

function builtin<N extends keyof Builtins>(name: N): Builtins[N] | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  return process?.getBuiltinModule?.(name) as Builtins[N] | undefined;
}

const isStream = (target: RecordingTarget): target is WritableStream<Uint8Array> =>
  typeof (target as WritableStream | null)?.getWriter === 'function';

/** @throws TypeError for what is neither a path nor a stream, or where there are no files */
export function checkTarget(where: string, target: RecordingTarget): void {
  if (!isStream(target)) pathOf(where, target);
}

function pathOf(where: string, target: string | URL): string {
  const [url, os] = [builtin('node:url'), builtin('node:os')];
  if (url === undefined || os === undefined)
    throw mismatch(where, 'option "to"', 'a WritableStream outside Node', target);
  const elsewhere = 'pass a WritableStream to write it elsewhere';
  return localPath({ where, what: 'option "to"', elsewhere }, target, { ...url, homedir: os.homedir });
}

/** Writes the parts. An existing file is replaced when all are written. @throws what the file system or the stream throws */
export async function writeTo(where: string, target: RecordingTarget, parts: readonly Uint8Array[]): Promise<void> {
  if (!isStream(target)) return writeFile(pathOf(where, target), parts);
  const writer = target.getWriter();
  try {
    for (const part of parts) {
      await writer.ready;
      await writer.write(part);
    }
    await writer.close();
  } finally {
    writer.releaseLock();
  }
}

async function writeFile(path: string, parts: readonly Uint8Array[]): Promise<void> {
  const { open, rename, rm } = builtin('node:fs/promises')!;
  const temporary = `${path}.${Math.random().toString(36).slice(2)}.part`;
  try {
    const file = await open(temporary, 'wx');
    try {
      for (const part of parts) await file.writeFile(part);
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
