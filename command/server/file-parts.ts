/**
 * @file Parts of many files in one answer, so that a thousand runs are not a thousand requests.
 *
 *     /api/parts?server=<id>&of=<file>-<from>-<length>,…
 *
 * A file is its number in the listing of the server with this id: paths of hundreds of characters would not fit a URL. The
 * answer is a sequence of chunks, in the order of the parts; all numbers are little-endian:
 *
 *     | index of the part: uint32 | length: uint32 | bytes |                  some bytes of the part
 *     | index of the part: uint32 | 2^31 + length: uint32 | UTF-8 text |      why it cannot be read
 */
import type { LogFile } from '../../src/tensorboard/index.ts';

/** As many parts fit a URL. */
export const MOST_PARTS = 256;
/** A client that reads nothing gets no more than this. */
const LARGEST_PART = 1 << 24;

export interface WantedPart {
  readonly file: number;
  readonly from: number;
  readonly length: number;
}

/** Parses a query that has both names exactly once, and no others. */
export function parseParts(query: string): { server: string; parts: WantedPart[] } | undefined {
  const pairs = new URLSearchParams(query);
  const [server, of] = [pairs.get('server'), pairs.get('of')];
  if (pairs.size !== 2 || server === null || of === null) return undefined;
  const texts = of.split(',');
  if (texts.length > MOST_PARTS || !texts.every((text) => /^\d{1,9}-\d{1,15}-\d{1,8}$/.test(text))) return undefined;
  const parts = texts.map((text) => {
    const [file, from, length] = text.split('-').map(Number) as [number, number, number];
    return { file, from, length };
  });
  return parts.every(({ length }) => length <= LARGEST_PART) ? { server, parts } : undefined;
}

/** @param files by part; undefined if there is no such file any more */
export async function* partsAnswer(
  parts: readonly WantedPart[],
  files: readonly (LogFile | undefined)[],
): AsyncGenerator<Uint8Array> {
  for (const [index, { from, length }] of parts.entries()) {
    const file = files[index];
    if (file === undefined) yield* failure(index, 'the file is gone');
    else yield* partOf(index, file, from, length);
  }
}

async function* partOf(index: number, file: LogFile, from: number, length: number): AsyncGenerator<Uint8Array> {
  let left = length;
  try {
    for await (const bytes of file.read(from, length)) {
      const some = bytes.subarray(0, left);
      yield header(index, some.length);
      yield some;
      left -= some.length;
      if (left === 0) return;
    }
  } catch (error) {
    const isGone = ['ENOENT', 'ENOTDIR'].includes(String((error as { code?: unknown }).code));
    yield* failure(index, isGone ? 'the file is gone' : 'the file cannot be read');
  }
}

function* failure(index: number, why: string): Generator<Uint8Array> {
  const text = Buffer.from(why);
  yield header(index, 2 ** 31 + text.length);
  yield text;
}

function header(index: number, length: number): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, index, true);
  view.setUint32(4, length, true);
  return bytes;
}
