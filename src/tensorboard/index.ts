/**
 * @module
 * Event files for TensorBoard, as PyTorch's `SummaryWriter` writes them.
 */

/* Where files go */
export type { EventOutput, EventSink } from './sinks/event-sink.ts';
export { MemorySink } from './sinks/memory-sink.ts';
export { OpfsSink } from './sinks/opfs-sink.ts';
export { StreamSink } from './sinks/stream-sink.ts';
export type { BinEstimator } from './summaries/bin-estimators.ts';
export type { HistogramBins } from './summaries/bins.ts';
/* Writing */
export type { Hparam } from './summaries/hparams.ts';
export type { RawHistogram } from './summaries/raw-histogram.ts';
export {
  type AddHistogramOptions,
  type AddHparamsOptions,
  type AddImageOptions,
  type AddOptions,
  type AddScalarOptions,
  type Step,
  SummaryWriter,
} from './summary-writer.ts';
export type { SummaryValues } from './values.ts';
export type { SummaryWriterOptions } from './writer-options.ts';
