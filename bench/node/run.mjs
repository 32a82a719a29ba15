// Runs one section in a new Node process, so that no section inherits another's heap or type feedback.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const worker = fileURLToPath(new URL('worker.mjs', import.meta.url));
const major = Number(process.versions.node.split('.')[0]);

/** Node 20 has relaxed SIMD behind a flag. Without the flag, its users have the column "simd". */
const flags = major < 22 ? ['--experimental-wasm-relaxed-simd'] : [];

/**
 * @param job `{ section, sizes, settings }`
 * @param onMessage gets `{ versions }`, then a `{ row }` for each row, as they come
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
