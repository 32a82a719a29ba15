/**
 * Event files in a viewer. A separate entry, so that a page of live activations ships no code that reads files.
 * @module
 */

/* Sources */
export { type LogSourceOptions, logSource, postLogs } from './sources/logs.ts';
export { httpLogs, type LogListing } from './sources/http-logs.ts';

/* Packing, for `mountPacked` */
export { type PackLogsOptions, packLogs } from './sources/pack-logs.ts';
