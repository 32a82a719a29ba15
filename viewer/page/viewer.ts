/**
 * @file The script of the page that `layertap view` serves, and of its worker. The page shows the server's logs; the worker
 * fetches and decodes them, so that drawing never waits. One script, since two would be a tenth larger together.
 */
import { mountSource } from '../mount.ts';
import { httpLogs } from '../sources/http-logs.ts';
import { postLogs } from '../sources/logs.ts';
import type { MessageEnd } from '../sources/worker-messages.ts';
import { workerSource } from '../sources/worker-source.ts';
import { pageElement } from './page-element.ts';

if (typeof document === 'undefined') postLogs(self as MessageEnd, httpLogs(new URL('.', location.href)));
else {
  // First, since it takes time to start.
  const worker = new Worker(import.meta.url, { type: 'module' });
  const { element, name } = pageElement();
  // For the console.
  Object.assign(globalThis, { viewer: mountSource(element, workerSource(worker, { name }), { pageKeys: true }) });
}
