/** @file The number of threads that compute large products: one, unless a program asks for more. */
import { check, rule } from '../check/index.ts';
import { bestBinary } from './binary.ts';
import { MOST_PAGES, WasmInstance } from './instance.ts';
import type { Kernels } from './kernels.ts';
import { useKernels } from './select.ts';
import { sharedBytes } from './shared-binary.ts';
import { ThreadPool } from './thread-pool.ts';
import { wasmKernels } from './wasm.ts';
import { nodeModule } from './worker.ts';

/** The instance on shared memory, made when a program first asks for more than one thread. */
let shared:
  | { readonly instance: WasmInstance; readonly module: WebAssembly.Module; readonly kernels: Kernels }
  | undefined;

/** Changes run one after the other. */
let changing: Promise<unknown> = Promise.resolve();

/** The number of threads that compute large products: the calling one and its workers. */
export function getNumThreads(): number {
  return shared?.instance.pool?.threads ?? 1;
}

/**
 * Sets the number of threads that compute large products, in Node, Deno, Bun, and Web Workers of cross-origin isolated
 * pages. It stays at one on a page's main thread, which must not block, and if the engine refuses workers or shared memory.
 * The bits of results do not change. Workers do not keep a process alive; `setNumThreads(1)` ends them.
 *
 * Layers pack their weights again at their next call, into shared memory.
 * @param threads a whole number from 1 to 256; more than there are processors brings nothing
 * @returns the number of threads now
 * @throws RangeError for another number
 */
export async function setNumThreads(threads: number): Promise<number> {
  check('setNumThreads()', 'threads', threads, THREADS);
  const change = changing.then(() => changeTo(threads));
  changing = change.catch(() => {});
  return change;
}

/** The limit catches mistakes: a thousand threads would bring a machine down. */
const THREADS = rule(
  'a whole number from 1 to 256',
  (threads) => Number.isSafeInteger(threads) && (threads as number) >= 1 && (threads as number) <= 256,
  RangeError,
);

async function changeTo(threads: number): Promise<number> {
  const before = shared?.instance.pool;
  if (threads === getNumThreads() && before?.broken !== true) return threads;
  if (shared !== undefined) shared.instance.pool = undefined;
  await before?.stop();
  if (threads === 1 || isMainThreadOfPage()) return 1;
  try {
    shared ??= makeShared();
    const { instance, module, kernels } = shared;
    instance.pool = await ThreadPool.start(module, instance, threads);
    useKernels(kernels);
  } catch {
    // The engine refuses workers or shared memory: one thread, as documented.
  }
  return getNumThreads();
}

function makeShared(): NonNullable<typeof shared> {
  const best = bestBinary();
  if (best === undefined) throw new Error('WebAssembly is missing');
  const memory = new WebAssembly.Memory({ initial: 1, maximum: MOST_PAGES, shared: true });
  const module = new WebAssembly.Module(sharedBytes(best.bytes));
  const instance = WasmInstance.make(module, memory);
  return { instance, module, kernels: wasmKernels(best.name, instance) };
}

/** Browsers refuse Atomics.wait there, and a page that spins does not respond. */
function isMainThreadOfPage(): boolean {
  return nodeModule('node:worker_threads') === undefined && typeof document !== 'undefined';
}
