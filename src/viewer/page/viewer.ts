/** @file The page that `layertap view` serves: one viewer that follows the logs of its server. */
import { mountSource } from '../mount.ts';
import { workerLogSource } from '../sources/log-worker.ts';
import { pageElement } from './page-element.ts';

const { element, name } = pageElement();
const source = workerLogSource(name, new Worker('worker.js', { type: 'module' }));
// For the console.
Object.assign(globalThis, { viewer: mountSource(element, source, { pageKeys: true }) });
