/**
 * @module
 * Event files for TensorBoard, as PyTorch's `SummaryWriter` writes them.
 */

export { defaultEdges } from '../kernels/index.ts';
/* Writing */
export type {
  AddHistogramOptions,
  AddHparamsOptions,
  AddImageOptions,
  AddOptions,
  AddScalarOptions,
  Step,
} from './add-options.ts';
/* From hooks to histograms in one line */
export { type LogActivationsOptions, logActivations } from './log-activations.ts';
/* Reading */
export { fileLogs, handleLogs, memoryLogs } from './reading/browser-logs.ts';
export { type DirectoryLogsOptions, directoryLogs } from './reading/directory-logs.ts';
export { EventReader, type OnWarning } from './reading/event-reader.ts';
export type { LogDirectory, LogFile } from './reading/log-source.ts';
export type * from './reading/logged-event.ts';
export { type EventFileBytes, readEvents } from './reading/read-events.ts';
export type { ReadWarning } from './reading/record-splitter.ts';
export {
  type FileWarning,
  type FollowOptions,
  type RunEvent,
  type RunEvents,
  RunReader,
  type RunReaderOptions,
} from './reading/run-reader.ts';
/* Where files go */
export type { EventOutput, EventSink } from './sinks/event-sink.ts';
export { MemorySink } from './sinks/memory-sink.ts';
export { OpfsSink } from './sinks/opfs-sink.ts';
export { StreamSink } from './sinks/stream-sink.ts';
export type { BinEstimator } from './summaries/bin-estimators.ts';
export type { HistogramBins } from './summaries/bins.ts';
export type { Hparam } from './summaries/hparams.ts';
export type { RawHistogram } from './summaries/raw-histogram.ts';
export { SummaryWriter } from './summary-writer.ts';
export type { SummaryValues } from './values.ts';
export type { SummaryWriterOptions } from './writer-options.ts';
