/**
 * @file The script of the page that `layertap view` serves. It shows the logs that the worker of reader.ts reads, and recordings,
 * which are read when they are shown.
 */
import { mountSource } from '../mount.ts';
import type { DataSource } from '../sources/data-source.ts';
import { laterSource, severalSources } from '../sources/several-sources.ts';
import { workerSource } from '../sources/worker-source.ts';
import { pageElement } from './page-element.ts';

/** The built reader.ts, beside this script. */
const READER = 'reader.js';

async function recordings(): Promise<DataSource> {
  const { httpRecordings, recordingSource } = await import('../sources/recordings.ts');
  return recordingSource('', httpRecordings(new URL('.', location.href)));
}

// First, since it takes time to start.
const worker = new Worker(new URL(READER, import.meta.url), { type: 'module' });
const { element, name } = pageElement();
const sources = [workerSource(worker, { name }), laterSource(name, recordings)];
// For the console.
Object.assign(globalThis, { viewer: mountSource(element, severalSources(name, sources), { pageKeys: true }) });
