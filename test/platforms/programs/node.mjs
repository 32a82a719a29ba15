// In Node, Deno and Bun: every entry by import, then by require, two threads, and the check again in a worker.
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import * as layertap from 'layertap';
import { check } from './check.js';
import { tryEntries } from './entries.js';

const kernels = check();
await tryEntries();
const required = createRequire(import.meta.url)('layertap');
if (Object.keys(required).length !== Object.keys(layertap).length) throw new Error('require() gives other exports');
const threads = await layertap.setNumThreads(2);
await layertap.setNumThreads(1);
const worker = new Worker(new URL('./node-worker.mjs', import.meta.url));
const inWorker = await new Promise((resolve, reject) => {
  worker.once('message', resolve);
  worker.once('error', reject);
});
await worker.terminate();
if (inWorker !== kernels) throw new Error(`in a worker: expected ${kernels}, got ${inWorker}`);
console.log(`${kernels}, ${threads} threads`);
