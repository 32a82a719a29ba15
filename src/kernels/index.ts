// The only entry to the kernels.
export { defaultEdges } from './histogram-edges.ts';
export type {
  Activations,
  Distribution,
  FusedLayers,
  HistogramCounts,
  Kernels,
  Layer,
  Numbers,
  PackedLinear,
  Summary,
} from './kernels.ts';
export { foldCrc32c, kernelName, kernels, ready } from './select.ts';
export { distribution, histogram, summarize } from './statistics.ts';
export { getNumThreads, setNumThreads } from './threads.ts';
