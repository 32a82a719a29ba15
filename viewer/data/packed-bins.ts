import { checkCode, decodeCounts, encodeCounts } from './count-code.ts';
import { DEFAULT_EDGES } from './default-edges.ts';
import type { Bins } from './points.ts';

/**
 * Bins whose counts are bytes still: most of what a worker sends to a page is stored as it came, and only some of it is
 * ever looked at.
 */
export class PackedBins implements Bins {
  readonly edges: Float64Array;
  /** As in count-code.ts. A view, which keeps the whole message in memory: who stores it stores a copy. */
  readonly code: Uint8Array;
  #counts: Float64Array | undefined;

  /** @throws RangeError where the bytes are too few */
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

/** The counts of bins as bytes. @returns a view: of memory that the next call writes to, or of what they came in */
export const countCodeOf = (bins: Bins): Uint8Array =>
  bins instanceof PackedBins ? bins.code : encodeCounts(bins.counts);

/** Codes of some hundred bytes lie in one piece of memory. */
const POOL_BYTES = 1 << 16;
let pool = new Uint8Array(0);
let taken = 0;

/** Bins that do not depend any more on the memory which these are in. */
export function packBins({ edges, counts }: Bins): PackedBins {
  const code = encodeCounts(counts);
  if (taken + code.length > pool.length) [pool, taken] = [new Uint8Array(Math.max(POOL_BYTES, code.length)), 0];
  pool.set(code, taken);
  taken += code.length;
  const own = edges.buffer === DEFAULT_EDGES.buffer ? edges : edges.slice();
  return new PackedBins(own, pool.subarray(taken - code.length, taken));
}
