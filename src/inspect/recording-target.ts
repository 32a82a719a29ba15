/** @file Where a recording is written: a file, in Node, or a stream. */
import { describeError, localPath, mismatch } from '../check/index.ts';
import { builtin } from './builtin.ts';

/** A path, a file: URL, or a stream. */
export type RecordingTarget = string | URL | WritableStream<Uint8Array>;

const isStream = (target: RecordingTarget): target is WritableStream<Uint8Array> =>
  typeof (target as WritableStream | null)?.getWriter === 'function';

/** @throws TypeError for what is neither a path nor a stream, or where there are no files */
export function checkTarget(where: string, target: RecordingTarget): void {
  if (!isStream(target)) pathOf(where, 'option "to"', target, 'a WritableStream');
}

/**
 * A path on this machine.
 * @param what names the option
 * @param instead what the option takes where there are no files
 * @throws TypeError for anything else, or where there are no files
 */
export function pathOf(where: string, what: string, target: string | URL, instead: string): string {
  const [url, os] = [builtin('node:url'), builtin('node:os')];
  if (url === undefined || os === undefined) throw mismatch(where, what, `${instead} outside Node`, target);
  const elsewhere = `pass ${instead} to write it elsewhere`;
  return localPath({ where, what, elsewhere }, target, { ...url, homedir: os.homedir });
}

/** Writes the parts. An existing file is replaced when all are written. @throws what the file system or the stream throws */
export async function writeTo(where: string, target: RecordingTarget, parts: readonly Uint8Array[]): Promise<void> {
  if (!isStream(target)) return writeFile(pathOf(where, 'option "to"', target, 'a WritableStream'), parts);
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

/** Writes a file. An existing one is replaced when all is written. @throws Error that names the file */
export async function writeFile(path: string, parts: readonly Uint8Array[]): Promise<void> {
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
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    throw new Error(`${path} cannot be written: ${describeError(cause)}`, { cause });
  }
}
