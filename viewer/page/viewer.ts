/**
 * @file The one script of the page that `layertap view` serves, and of its worker. In the page: a viewer that follows the
 * logs of its server. In the worker: fetching and decoding these, so that drawing never waits for it. They share so much
 * that two scripts would be larger by a tenth.
 */
import { mountSource } from '../mount.ts';
import { httpLogs } from '../sources/http-logs.ts';
import { answerLogs, workerLogSource } from '../sources/log-worker.ts';
import { pageElement } from './page-element.ts';

if (typeof document === 'undefined') answerLogs(httpLogs(new URL('.', location.href)));
else {
  // First, since it takes its time to start.
  const worker = new Worker(import.meta.url, { type: 'module' });
  const { element, name } = pageElement();
  const source = workerLogSource(name, worker);
  // For the console.
  Object.assign(globalThis, { viewer: mountSource(element, source, { pageKeys: true }) });
}
