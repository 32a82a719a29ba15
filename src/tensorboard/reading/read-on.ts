import type { LogFile } from './log-source.ts';

/** So many bytes in front of a place are remembered: the checksum of the record that ends there. */
const REMEMBERED = 4;

/** The bytes in front of a place are others than before. */
export class ReplacedFile extends Error {}

/**
 * The bytes of a file from some place on. They are read with the last ones in front of it: if these have changed, another
 * file has the name now, as when a recording is saved again where the last one was.
 * @param before what {@link lastOf} gave when the file was read to this place
 * @throws ReplacedFile
 */
export async function* readOn(file: LogFile, from: number, before: Uint8Array): AsyncGenerator<Uint8Array> {
  let known = before;
  for await (const bytes of file.read(from - known.length)) {
    const length = Math.min(known.length, bytes.length);
    for (let i = 0; i < length; i++) if (bytes[i] !== known[i]) throw new ReplacedFile();
    known = known.subarray(length);
    if (bytes.length > length) yield length === 0 ? bytes : bytes.subarray(length);
  }
}

/** A copy of the last bytes of some and the first `length` of others. */
export function lastOf(before: Uint8Array, bytes: Uint8Array, length: number): Uint8Array {
  if (length >= REMEMBERED) return bytes.slice(length - REMEMBERED, length);
  const joined = new Uint8Array(before.length + length);
  joined.set(before);
  joined.set(bytes.subarray(0, length), before.length);
  return joined.slice(-REMEMBERED);
}
