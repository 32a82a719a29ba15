import { decodeUtf8 } from '../../check/index.ts';

/** Further texts, and longer ones, are not cached: a hostile file must not fill the memory. */
const MOST_TEXTS = 1 << 16;
const LONGEST = 256;

/** Caches texts by their bytes, so that a tag that is in every record is decoded once and is one string. */
export class TextTable {
  readonly #texts: Map<number, { readonly bytes: Uint8Array; readonly text: string }> = new Map();

  text(bytes: Uint8Array): string {
    if (bytes.length > LONGEST) return decodeUtf8(bytes);
    const hash = hashOf(bytes);
    const known = this.#texts.get(hash);
    if (known !== undefined && areEqual(known.bytes, bytes)) return known.text;
    const text = decodeUtf8(bytes);
    if (known === undefined && this.#texts.size < MOST_TEXTS) this.#texts.set(hash, { bytes: bytes.slice(), text });
    return text;
  }
}

/** FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/ */
function hashOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return hash;
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
