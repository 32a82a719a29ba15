/**
 * Event files in a viewer. A separate entry, so that a page of live activations ships no code that reads files.
 * @module
 */

export { type LogSourceOptions, logSource, type PackLogsOptions, packLogs, postLogs } from './sources/logs.ts';
export {
  httpRecordings,
  type RecordingDirectory,
  type RecordingListing,
  type RecordingOutput,
  recordingSource,
} from './sources/recordings.ts';
export { httpLogs, type LogListing } from './sources/http-logs.ts';
