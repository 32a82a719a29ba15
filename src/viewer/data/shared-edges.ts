import { defaultEdges } from '../../tensorboard/index.ts';

let edges: Float64Array | undefined;

/** PyTorch's 1549 default edges, one array for all columns that use a stretch of them. */
export function sharedEdges(): Float64Array {
  edges ??= defaultEdges();
  return edges;
}

/**
 * Where in the shared edges a stretch of them begins, or -1 if these are others. A view of the shared array is known by
 * its place alone.
 */
export function placeInSharedEdges(some: Float64Array): number {
  const all = sharedEdges();
  if (some.buffer === all.buffer) return some.byteOffset / 8;
  const start = indexOf(all, some[0]!);
  if (start < 0 || start + some.length > all.length) return -1;
  for (let i = 1; i < some.length; i++) if (all[start + i] !== some[i]) return -1;
  return start;
}

/** Of a number in an array that ascends. */
function indexOf(all: Float64Array, value: number): number {
  let [low, high] = [0, all.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (all[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return all[low] === value ? low : -1;
}
