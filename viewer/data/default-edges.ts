import { defaultEdges } from '../../src/tensorboard/index.ts';
import { lowerBound } from './binary-search.ts';

/**
 * PyTorch's default edges, one array for the whole viewer: bins that are a stretch of it need not keep edges of their own.
 * `edges.buffer` tells such bins from others.
 */
export const DEFAULT_EDGES: Float64Array = defaultEdges();

/**
 * Where in the default edges a stretch of them begins, or -1 if these are others. A view of the shared array is known by
 * its place alone.
 */
export function placeInDefaultEdges(some: Float64Array): number {
  const all = DEFAULT_EDGES;
  if (some.buffer === all.buffer) return some.byteOffset / 8;
  const start = lowerBound(all, some[0]!);
  if (start + some.length > all.length) return -1;
  for (let i = 0; i < some.length; i++) if (all[start + i] !== some[i]) return -1;
  return start;
}
