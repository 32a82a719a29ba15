/**
 * @file Bins with their counts as bytes. Most of 600 bins hold few values or none, so this takes a tenth of what 64-bit
 * numbers would:
 *
 *     counts   5  0  0  0  300                bytes   0 | 5 | 0 3 | 172 2
 *
 * After a first byte 0: whole numbers as varints, seven bits a byte, lowest first. A 0 is followed by a varint, the number
 * of empty bins. After a first byte 1: little-endian float64s, for counts that are not whole.
 */
import { DEFAULT_EDGES } from './clamped-bins.ts';
import type { Bins } from './points.ts';

/** Bins whose counts are decoded on demand: most of what a worker sends is stored as it came, and never looked at. */
export class PackedBins implements Bins {
  readonly edges: Float64Array;
  /** A view that keeps its whole message in memory: store a copy. */
  readonly code: Uint8Array;
  #counts: Float64Array | undefined;

  /** @throws RangeError for too few bytes */
  constructor(edges: Float64Array, code: Uint8Array) {
    checkCode(code, edges.length - 1);
    this.edges = edges;
    this.code = code;
  }

  get counts(): Float64Array {
    if (this.#counts === undefined) {
      this.#counts = new Float64Array(this.edges.length - 1);
      decodeCounts(this.code, 0, this.#counts);
    }
    return this.#counts;
  }
}

/** @returns a view of memory that the next call may write to */
export const countCodeOf = (bins: Bins): Uint8Array =>
  bins instanceof PackedBins ? bins.code : encodeCounts(bins.counts);

/** Codes of some hundred bytes share a buffer. */
const POOL_BYTES = 1 << 16;
let pool = new Uint8Array(0);
let taken = 0;

/** Copies bins, so that they do not keep the memory of their message or file alive. */
export function packBins({ edges, counts }: Bins): PackedBins {
  const code = encodeCounts(counts);
  if (taken + code.length > pool.length) [pool, taken] = [new Uint8Array(Math.max(POOL_BYTES, code.length)), 0];
  pool.set(code, taken);
  taken += code.length;
  const own = edges.buffer === DEFAULT_EDGES.buffer ? edges : edges.slice();
  return new PackedBins(own, pool.subarray(taken - code.length, taken));
}

const WHOLE = 0;
const DOUBLES = 1;

/** The varint of 2 ** 53 has this many bytes. A single empty bin takes two. */
const MOST_BYTES = 8;

let buffer = new Uint8Array(4096);

/** Encodes non-negative counts. @returns a view of memory that the next call writes to */
export function encodeCounts(counts: Float64Array): Uint8Array {
  if (buffer.length < 1 + counts.length * MOST_BYTES) buffer = new Uint8Array(1 + counts.length * MOST_BYTES);
  const into = buffer;
  into[0] = WHOLE;
  let at = 1;
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i]!;
    if (count === 0) {
      const start = i;
      while (i + 1 < counts.length && counts[i + 1] === 0) i++;
      into[at++] = 0;
      at = writeVarint(i - start + 1, into, at);
    } else if (count < 128 && (count | 0) === count) into[at++] = count;
    else if (count <= Number.MAX_SAFE_INTEGER && count === Math.floor(count)) at = writeVarint(count, into, at);
    else return encodeDoubles(counts, into);
  }
  return into.subarray(0, at);
}

function encodeDoubles(counts: Float64Array, into: Uint8Array): Uint8Array {
  into[0] = DOUBLES;
  const view = new DataView(into.buffer);
  for (let i = 0; i < counts.length; i++) view.setFloat64(1 + i * 8, counts[i]!, true);
  return into.subarray(0, 1 + counts.length * 8);
}

/** @throws RangeError if bytes from a file or a message cannot hold `size` counts */
function checkCode(code: Uint8Array, size: number): void {
  if (size < 0 || (code[0] === DOUBLES && code.length < 1 + size * 8)) {
    throw new RangeError(`${code.length} bytes for ${size} counts`);
  }
}

export function decodeCounts(from: Uint8Array, at: number, into: Float64Array): void {
  if (from[at++] === DOUBLES) {
    const view = new DataView(from.buffer, from.byteOffset + at, into.length * 8);
    for (let i = 0; i < into.length; i++) into[i] = view.getFloat64(i * 8, true);
    return;
  }
  for (let i = 0; i < into.length; ) {
    const empty = from[at] === 0;
    if (empty) at++;
    let byte = from[at++]!;
    let number = byte & 0x7f;
    for (let factor = 128; byte >= 128; factor *= 128) {
      byte = from[at++]!;
      number += (byte & 0x7f) * factor;
    }
    if (empty) {
      into.fill(0, i, i + number);
      i += number;
    } else into[i++] = number;
  }
}

function writeVarint(value: number, into: Uint8Array, at: number): number {
  let rest = value;
  for (; rest >= 2 ** 31; rest = Math.floor(rest / 128)) into[at++] = (rest % 128) | 0x80;
  for (; rest >= 128; rest >>>= 7) into[at++] = (rest & 0x7f) | 0x80;
  into[at++] = rest;
  return at;
}
