// The only door to the kernels for the rest of layertap.
export type { HistogramCounts, Kernels, Numbers, PackedLinear, Summary } from './kernels.ts';
export { kernelName, kernels, ready } from './select.ts';
export { histogram, summarize } from './statistics.ts';
