// Runs one section in a Node process of its own, so that no section inherits the heap, or what the compiler learnt,
// from another.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const worker = fileURLToPath(new URL('worker.mjs', import.meta.url));
const major = Number(process.versions.node.split('.')[0]);

/** Node 20 hides relaxed SIMD behind a flag. Without it, its users have the column "simd". */
const flags = major < 22 ? ['--experimental-wasm-relaxed-simd'] : [];

/**
 * @param job `{ section, sizes, settings }`
 * @param onMessage called with what the section has to say, as it comes: `{ versions }`, then `{ row }` by `{ row }`
 */
export function runInNode(job, onMessage) {
  return new Promise((resolve, reject) => {
    const child = fork(worker, [JSON.stringify(job)], { execArgv: flags });
    child.on('message', onMessage);
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`the section ${job.section} ended with code ${code}`));
    });
  });
}
