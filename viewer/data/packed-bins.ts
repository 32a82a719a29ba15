import { checkCode, decodeCounts, encodeCounts } from './count-code.ts';
import { DEFAULT_EDGES } from './default-edges.ts';
import type { Bins } from './points.ts';

/** Bins whose counts are decoded on demand: most of what a worker sends is stored as it came, and never looked at. */
export class PackedBins implements Bins {
  readonly edges: Float64Array;
  /** As in count-code.ts. A view that keeps its whole message in memory: store a copy. */
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
