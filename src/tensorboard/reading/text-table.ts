import { decodeUtf8 } from '../../check/index.ts';

/** Further texts, and longer ones, are not cached: a hostile file must not fill the memory. */
const MOST_TEXTS = 1 << 16;
const LONGEST = 256;

/** Caches texts by their bytes, so that a tag that is in every record is decoded once and is one string. */
export class TextTable {
  readonly #texts: Map<number, Known> = new Map();
  /** Most often the next text is the same. */
  #last: Known | undefined;

  text(bytes: Uint8Array): string {
    return this.textAt(bytes, 0, bytes.length);
  }

  /** The text of the bytes [start, end). */
  textAt(bytes: Uint8Array, start: number, end: number): string {
    const last = this.#last;
    if (last !== undefined && areEqual(last.bytes, bytes, start, end)) return last.text;
    if (end - start > LONGEST) return decodeUtf8(bytes.subarray(start, end));
    const hash = hashOf(bytes, start, end);
    const known = this.#texts.get(hash);
    if (known !== undefined && areEqual(known.bytes, bytes, start, end)) {
      this.#last = known;
      return known.text;
    }
    const own = bytes.slice(start, end);
    const text = decodeUtf8(own);
    if (known === undefined && this.#texts.size < MOST_TEXTS) this.#texts.set(hash, { bytes: own, text });
    return text;
  }
}

interface Known {
  readonly bytes: Uint8Array;
  readonly text: string;
}

/** FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/ */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return hash;
}

function areEqual(known: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (known.length !== end - start) return false;
  for (let i = 0; i < known.length; i++) if (known[i] !== bytes[start + i]) return false;
  return true;
}
