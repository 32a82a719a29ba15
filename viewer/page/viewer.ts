/**
 * @file The script of the page that `layertap view` serves, and of its worker. The page shows the server's logs; the worker
 * fetches and decodes them, so that drawing never waits. One script, since two would be a tenth larger together.
 */
import { mountSource } from '../mount.ts';
import type { DataSource } from '../sources/data-source.ts';
import { httpLogs } from '../sources/http-logs.ts';
import { postLogs } from '../sources/logs.ts';
import { laterSource, severalSources } from '../sources/several-sources.ts';
import type { MessageEnd } from '../sources/worker-messages.ts';
import { workerSource } from '../sources/worker-source.ts';
import { pageElement } from './page-element.ts';

const base = new URL('.', location.href);

async function recordings(): Promise<DataSource> {
  const { httpRecordings, recordingSource } = await import('../sources/recordings.ts');
  return recordingSource('', httpRecordings(base));
}

if (typeof document === 'undefined') postLogs(self as MessageEnd, httpLogs(base));
else {
  // First, since it takes time to start.
  const worker = new Worker(import.meta.url, { type: 'module' });
  const { element, name } = pageElement();
  // For the console.
  const sources = [workerSource(worker, { name }), laterSource(name, recordings)];
  Object.assign(globalThis, { viewer: mountSource(element, severalSources(name, sources), { pageKeys: true }) });
}
