import type { FilePart, LogDirectory, PartChunk } from './log-directory.ts';

/** The bytes of parts of files, to be read in the order of the parts. */
export interface FileParts {
  /** The bytes of a part. What is left of earlier parts is skipped. */
  of(part: number): AsyncGenerator<Uint8Array>;
}

export function partsOf(directory: LogDirectory, parts: readonly FilePart[]): FileParts {
  if (directory.readParts === undefined) return { of: (part) => readPart(parts[part]!) };
  const chunks = directory.readParts(parts)[Symbol.asyncIterator]();
  /** A chunk of a later part than the last one that was read. */
  let next: PartChunk | undefined;
  return {
    async *of(part) {
      for (;;) {
        const result = next === undefined ? await chunks.next() : { done: false as const, value: next };
        next = undefined;
        if (result.done) return;
        const chunk = result.value;
        if (chunk.part > part) {
          next = chunk;
          return;
        }
        if (chunk.part < part) continue;
        if ('error' in chunk) throw chunk.error;
        yield chunk.bytes;
      }
    },
  };
}

async function* readPart({ file, from, length }: FilePart): AsyncGenerator<Uint8Array> {
  let left = length;
  for await (const bytes of file.read(from, length)) {
    yield bytes.length > left ? bytes.subarray(0, left) : bytes;
    left -= bytes.length;
    if (left <= 0) return;
  }
}
