// Runs one section in a new Node process, so that no section inherits another's heap or type feedback.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const worker = fileURLToPath(new URL('worker.mjs', import.meta.url));
const major = Number(process.versions.node.split('.')[0]);

/** Node 20 has relaxed SIMD behind a flag. Without the flag, its users have the column "simd". */
const RELAXED = major < 22 ? ['--experimental-wasm-relaxed-simd'] : [];
/** V8 fuses pairs of 128-bit operations. */
const FUSE = '--experimental-wasm-revectorize';

/**
 * @param job `{ section, sizes, settings, versions, fuse }`
 * @param onMessage gets `{ versions, absent }`, then a `{ row }` for each row, as they come
 */
export function runInNode(job, onMessage) {
  if (job.fuse && major < 24) {
    return Promise.reject(new Error(`Node ${process.versions.node} has no ${FUSE}; Node 24 has`));
  }
  const flags = [...RELAXED, ...(job.fuse ? [FUSE] : [])];
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
