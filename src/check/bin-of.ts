import type { Numbers } from './numbers.ts';

/** The bin of a value: the index of the last edge that is not above it; 0 below all edges, the last bin above them. */
export function binOf(edges: Numbers, value: number): number {
  let [low, high] = [0, edges.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (edges[middle]! <= value) low = middle;
    else high = middle;
  }
  return low;
}
