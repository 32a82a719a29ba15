/** @file How many threads compute large products. One, until a program asks for more. */
import { describe } from '../check/index.ts';
import { bestBinary, instanceOf, MOST_PAGES, sharedBytes } from './binary.ts';
import type { Kernels } from './kernels.ts';
import { Machine } from './machine.ts';
import { useKernels } from './select.ts';
import { ThreadPool } from './thread-pool.ts';
import { wasmKernels } from './wasm.ts';
import { nodeModule } from './worker.ts';

/** The machine on shared memory, made when more than one thread was asked for first. */
let shared: { readonly machine: Machine; readonly module: WebAssembly.Module; readonly kernels: Kernels } | undefined;

/** One change after the other. */
let changing: Promise<unknown> = Promise.resolve();

/** How many threads compute large products: the one that calls, and its workers. */
export function getNumThreads(): number {
  return shared?.machine.pool?.threads ?? 1;
}

/**
 * Sets how many threads compute large products: in Node, Deno and Bun, and inside Web Workers of cross-origin isolated pages. On a
 * page's main thread, which must not wait, and where workers or shared memory are refused, it stays at one. The results
 * are the same bits. The workers never keep a process alive; `setNumThreads(1)` ends them.
 *
 * Layers that were used before pack their weights again at their next call, into memory that threads share.
 * @param threads a whole number of at least 1; more than there are processors makes nothing faster
 * @returns how many threads compute now
 * @throws RangeError for another number
 */
export async function setNumThreads(threads: number): Promise<number> {
  if (!Number.isSafeInteger(threads) || threads < 1 || threads > MOST_THREADS) {
    throw new RangeError(
      `setNumThreads(): a whole number from 1 to ${MOST_THREADS} expected, got ${describe(threads)}`,
    );
  }
  const change = changing.then(() => changeTo(threads));
  changing = change.catch(() => {});
  return change;
}

/** As many as anybody has asked for; a thousand by mistake would take the machine down. */
const MOST_THREADS = 256;

async function changeTo(threads: number): Promise<number> {
  const before = shared?.machine.pool;
  if (threads === getNumThreads() && before?.broken !== true) return threads;
  if (shared !== undefined) shared.machine.pool = undefined;
  await before?.stop();
  if (threads === 1 || isMainThreadOfPage()) return 1;
  try {
    shared ??= makeShared();
    const { machine, module, kernels } = shared;
    machine.pool = await ThreadPool.start(module, machine, threads);
    useKernels(kernels);
  } catch {
    // Workers or shared memory are refused: one thread, as documented.
  }
  return getNumThreads();
}

function makeShared(): NonNullable<typeof shared> {
  const best = bestBinary();
  if (best === undefined) throw new Error('there is no WebAssembly here');
  const memory = new WebAssembly.Memory({ initial: 1, maximum: MOST_PAGES, shared: true });
  const module = new WebAssembly.Module(sharedBytes(best.bytes));
  const machine = new Machine(instanceOf(module, memory));
  return { machine, module, kernels: wasmKernels(best.name, machine) };
}

/** Browsers refuse Atomics.wait there, and a page that waits in another way does not react. */
function isMainThreadOfPage(): boolean {
  return nodeModule('node:worker_threads') === undefined && typeof document !== 'undefined';
}
