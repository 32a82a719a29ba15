import { DEFAULT_EDGES, placeInDefaultEdges } from './clamped-bins.ts';
import type { Bins } from './points.ts';

/** A sum over unlike edges has at most this many bins, or as many as either part: no more memory than the parts take. */
const MOST_BINS = 64;

/**
 * The sum of two histograms: exact if their edges are equal or both on the default edges. Otherwise the sum has the edges of
 * both; a bin cut by an edge of the other is spread evenly, and neighbours are joined until there are no more bins than
 * either has (or 64). The total stays exact, and whole counts whole.
 */
export function addBins(a: Bins, b: Bins): Bins {
  if (a.counts.length === 0) return b;
  if (b.counts.length === 0) return a;
  const [atA, atB] = [placeInDefaultEdges(a.edges), placeInDefaultEdges(b.edges)];
  if (atA >= 0 && atB >= 0) {
    const start = Math.min(atA, atB);
    const end = Math.max(atA + a.edges.length, atB + b.edges.length);
    const counts = new Float64Array(end - start - 1);
    counts.set(a.counts, atA - start);
    for (let i = 0; i < b.counts.length; i++) counts[atB - start + i]! += b.counts[i]!;
    return { edges: DEFAULT_EDGES.subarray(start, end), counts };
  }
  if (sameEdges(a.edges, b.edges)) {
    const counts = a.counts.slice();
    for (let i = 0; i < counts.length; i++) counts[i]! += b.counts[i]!;
    return { edges: a.edges, counts };
  }
  const edges = unionOf(a.edges, b.edges);
  const counts = new Float64Array(edges.length - 1);
  spread(a, edges, counts);
  spread(b, edges, counts);
  if (areWhole(a.counts) && areWhole(b.counts)) makeWhole(counts);
  return fewerBins({ edges, counts }, Math.max(MOST_BINS, a.counts.length, b.counts.length));
}

/** Joins neighbouring bins, about equally many each, until there are at most this many. */
export function fewerBins(bins: Bins, most: number): Bins {
  const before = bins.counts.length;
  if (before <= most) return bins;
  const edges = new Float64Array(most + 1);
  const counts = new Float64Array(most);
  for (let bin = 0, i = 0; bin < most; bin++) {
    edges[bin] = bins.edges[i]!;
    for (const end = Math.floor(((bin + 1) * before) / most); i < end; i++) counts[bin]! += bins.counts[i]!;
  }
  edges[most] = bins.edges[before]!;
  return { edges, counts };
}

export function sameEdges(a: Float64Array, b: Float64Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** All edges of both. Double edges, of a bin for a single value, stay double. */
function unionOf(a: Float64Array, b: Float64Array): Float64Array {
  const edges = new Float64Array(a.length + b.length);
  let length = 0;
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    const x = i < a.length ? a[i]! : Infinity;
    const y = j < b.length ? b[j]! : Infinity;
    edges[length++] = Math.min(x, y);
    if (x <= y) i++;
    if (y <= x) j++;
  }
  return edges.subarray(0, length);
}

/** Adds the counts of a histogram to bins whose edges include its own. */
function spread({ edges: from, counts }: Bins, edges: Float64Array, into: Float64Array): void {
  for (let i = 0, at = 0; i < counts.length; i++) {
    const [left, right] = [from[i]!, from[i + 1]!];
    while (edges[at]! < left) at++;
    // A bin for a single value.
    if (left === right) {
      into[at]! += counts[i]!;
      at++;
      continue;
    }
    // Past a bin for a single value, which the other histogram may have here.
    while (edges[at + 1] === left) at++;
    // Halved if the width overflows.
    const unit = right - left === Infinity ? 0.5 : 1;
    const width = right * unit - left * unit;
    for (; edges[at]! < right; at++) {
      into[at]! += counts[i]! * ((edges[at + 1]! * unit - edges[at]! * unit) / width);
    }
  }
}

const areWhole = (counts: Float64Array): boolean => counts.every((count) => count === Math.floor(count));

/** Rounds so that each cumulative count is the rounded one. */
function makeWhole(counts: Float64Array): void {
  let [sum, given] = [0, 0];
  for (let i = 0; i < counts.length; i++) {
    sum += counts[i]!;
    counts[i] = Math.round(sum) - given;
    given += counts[i]!;
  }
}
