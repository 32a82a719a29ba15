/**
 * Event files for TensorBoard, as PyTorch's `SummaryWriter` writes them.
 * @module
 */

/* Writing */
export { defaultEdges } from '../kernels/index.ts';
export { type LogActivationsOptions, logActivations } from './log-activations.ts';
export type { HistogramBins } from './summaries/bins.ts';
export type { Label } from './summaries/embedding.ts';
export type { RawHistogram } from './summaries/histogram.ts';
export type { Hparam } from './summaries/hparams.ts';
export type { BinEstimator } from './summaries/numpy-bins.ts';
export { SummaryWriter } from './summary-writer.ts';
export type { SummaryValues } from './values.ts';
export type {
  AddEmbeddingOptions,
  AddHistogramOptions,
  AddHparamsOptions,
  AddImageOptions,
  AddOptions,
  AddScalarOptions,
  Step,
  SummaryWriterOptions,
} from './writer-options.ts';

/* Where files go */
export type { EventOutput, EventSink } from './sinks/event-sink.ts';
export { MemorySink } from './sinks/memory-sink.ts';
export { OpfsSink } from './sinks/opfs-sink.ts';
export { StreamSink } from './sinks/stream-sink.ts';

/* Reading */
export { type DirectoryLogsOptions, directoryLogs } from './reading/directory-logs.ts';
export { EventReader, type OnWarning } from './reading/event-reader.ts';
export type { ScalarTaker } from './reading/followed-file.ts';
export {
  type FilePart,
  fileLogs,
  handleLogs,
  type LogDirectory,
  type LogFile,
  memoryLogs,
  type PartChunk,
} from './reading/log-directory.ts';
export type * from './reading/logged-event.ts';
export { type EventFileBytes, readEvents } from './reading/read-events.ts';
export type { TakeScalar } from './reading/plain-scalar.ts';
export type { ReadWarning } from './reading/record-splitter.ts';
export {
  type FileWarning,
  type FollowOptions,
  type RunEvent,
  type RunEvents,
  RunReader,
  type RunReaderOptions,
} from './reading/run-reader.ts';
