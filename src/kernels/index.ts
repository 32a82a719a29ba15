// The only door to the kernels for the rest of layertap.
export { defaultEdges } from './default-edges.ts';
export type {
  FusedLayers,
  HistogramCounts,
  Kernels,
  Layer,
  Moments,
  Numbers,
  PackedLinear,
  Summary,
} from './kernels.ts';
export { foldCrc32c, kernelName, kernels, ready } from './select.ts';
export { histogram, summarize } from './statistics.ts';
export { getNumThreads, setNumThreads } from './threads.ts';
