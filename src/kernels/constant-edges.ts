import type { Numbers } from './kernels.ts';

const constant = new WeakSet<Numbers>();

/**
 * Says of the edges of a histogram that nobody will ever change them: kernels then know them by their identity, where
 * comparing all of them would take longer than counting a thousand values.
 * @returns the same array
 */
export function constantEdges<E extends Numbers>(edges: E): E {
  constant.add(edges);
  return edges;
}

export const areConstant = (edges: Numbers): boolean => constant.has(edges);
