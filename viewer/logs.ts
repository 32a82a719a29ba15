/**
 * @module
 * Event files as sources of a viewer. An entry of its own, so that a page that shows live activations needs no code that
 * reads files.
 */

/* Sources */
export { httpLogs } from './sources/http-logs.ts';
export { answerLogs, workerLogSource } from './sources/log-worker.ts';
export { type LogSourceOptions, logSource } from './sources/logs.ts';
/* Reports */
export { type PackLogsOptions, packLogs } from './sources/pack-logs.ts';
