import { decodeUtf8 } from '../../src/check/index.ts';
import type { FilePart, PartChunk } from '../../src/tensorboard/index.ts';

/** As many parts fit a URL, and the server's limit. */
const MOST_PARTS = 256;
const HEADER = 8;
const ERROR = 2 ** 31;

export interface NumberedParts {
  readonly parts: readonly FilePart[];
  /** The number that the server gave a file. */
  readonly numberOf: (path: string) => number;
}

/**
 * Reads parts of many files, a few hundred with each request. The format of the answers is in command/server/file-parts.ts.
 * @param ask gives the bytes of `api/parts?of=…`; called for the next parts while these are read
 */
export async function* readParts(
  { parts, numberOf }: NumberedParts,
  ask: (of: string) => Promise<AsyncGenerator<Uint8Array>>,
): AsyncGenerator<PartChunk> {
  const request = (start: number) => {
    const some = parts.slice(start, start + MOST_PARTS);
    if (some.length === 0) return undefined;
    const answer = ask(some.map(({ file, from, length }) => `${numberOf(file.path)}-${from}-${length}`).join());
    // It is awaited later.
    answer.catch(() => {});
    return answer;
  };
  let next = request(0);
  for (let start = 0; next !== undefined; start += MOST_PARTS) {
    const bytes = await next;
    next = request(start + MOST_PARTS);
    for await (const chunk of chunksOf(bytes)) yield { ...chunk, part: start + chunk.part };
  }
}

/** The chunks of an answer, as soon as a piece of one is there. */
async function* chunksOf(answer: AsyncIterable<Uint8Array>): AsyncGenerator<PartChunk> {
  let header = new Uint8Array(0);
  let [part, left] = [0, 0];
  let error: Uint8Array | undefined;
  for await (const bytes of answer) {
    let at = 0;
    while (at < bytes.length) {
      if (left === 0) {
        const missing = HEADER - header.length;
        header = joined(header, bytes.subarray(at, at + missing));
        at += missing;
        if (header.length < HEADER) break;
        const view = new DataView(header.buffer);
        part = view.getUint32(0, true);
        const length = view.getUint32(4, true);
        error = length >= ERROR ? new Uint8Array(0) : undefined;
        left = length % ERROR;
        header = new Uint8Array(0);
        continue;
      }
      const piece = bytes.subarray(at, at + left);
      at += piece.length;
      left -= piece.length;
      if (error === undefined) yield { part, bytes: piece };
      else {
        error = joined(error, piece);
        if (left === 0) yield { part, error: new Error(decodeUtf8(error)) };
      }
    }
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
