// The only door to the kernels for the rest of layertap.
export type { HistogramCounts, Kernels, Layer, LinearChain, Numbers, PackedLinear, Summary } from './kernels.ts';
export { kernelName, kernels, ready, summarize } from './select.ts';
export { getNumThreads, setNumThreads } from './threads.ts';
