/** @file Starts workers of the pool: with node:worker_threads in Node, Deno and Bun, as Web Workers in browsers. */
import { nodeWorkerProgram, webWorkerProgram } from './worker-program.ts';

/** The data of a worker. */
export interface WorkerData {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Pointer to the cells of worker-program.ts. */
  readonly control: number;
  /** Pointer to this worker's spill. */
  readonly spill: number;
}

export interface WorkerHandle {
  /** Ends it. @returns whether it certainly no longer writes to memory */
  stop(): Promise<boolean>;
}

/** A worker that was created, and may never run. */
export interface MadeWorker {
  /** @param ended called with the reason if the worker ends before {@link terminate} */
  listen(ready: () => void, ended: (error: Error) => void): void;
  /** Once it runs: stops keeping the process alive. */
  release(): void;
  /** @returns whether it certainly has ended */
  terminate(): Promise<boolean>;
}

/** The used part of node:worker_threads, so that the types need no @types/node. */
interface NodeWorker {
  once(event: 'message' | 'error' | 'exit', listener: (value: unknown) => void): this;
  unref(): void;
  terminate(): Promise<unknown>;
}

interface WorkerThreads {
  readonly Worker: new (
    source: string,
    options: { eval: true; execArgv: string[]; workerData: WorkerData },
  ) => NodeWorker;
}

/** Calls `fn` once, after a delay. @returns cancels it */
export type After = (milliseconds: number, fn: () => void) => () => void;

const afterTimeout: After = (milliseconds, fn) => {
  const timer = setTimeout(fn, milliseconds);
  return () => clearTimeout(timer);
};

/** The time limit for a worker to start, or to end, in ms. */
export const PATIENCE = 10_000;

/** A built-in module of Node, Deno or Bun; undefined in browsers. */
export function nodeModule<T>(name: string): T | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  return process?.getBuiltinModule?.(name) as T | undefined;
}

/**
 * Resolves once the worker waits for work. Workers do not keep a process alive.
 * @param onEnd called when the worker ends without {@link WorkerHandle.stop}
 * @param make replaced in tests, as `after`
 * @throws Error, as a rejection, if workers are refused, or if the worker ends or hangs instead of starting
 */
export async function startWorker(
  data: WorkerData,
  onEnd: () => void,
  make: (data: WorkerData) => MadeWorker = makeWorker,
  after: After = afterTimeout,
): Promise<WorkerHandle> {
  const worker = make(data);
  let isStopping = false;
  const stop = () => {
    isStopping = true;
    return new Promise<boolean>((resolve) => {
      const cancel = after(PATIENCE, () => resolve(false));
      worker
        .terminate()
        .then(resolve, () => resolve(false))
        .finally(cancel);
    });
  };
  return new Promise((resolve, reject) => {
    const cancel = after(PATIENCE, () => fail(new Error(`the worker did not start within ${PATIENCE / 1000} s`)));
    const fail = (error: unknown) => {
      if (isStopping) return;
      cancel();
      onEnd();
      void stop();
      reject(error);
    };
    try {
      worker.listen(() => {
        cancel();
        worker.release();
        resolve({ stop });
      }, fail);
    } catch (error) {
      // For example, memory that may not be shared.
      fail(error);
    }
  });
}

function makeWorker(data: WorkerData): MadeWorker {
  const threads = nodeModule<WorkerThreads>('node:worker_threads');
  return threads === undefined ? makeWebWorker(data) : makeNodeWorker(threads, data);
}

export function makeNodeWorker({ Worker }: WorkerThreads, data: WorkerData): MadeWorker {
  const worker = new Worker(nodeWorkerProgram, { eval: true, execArgv: [], workerData: data });
  return {
    listen(ready, ended) {
      worker.once('message', ready);
      worker.once('error', (error) => ended(error instanceof Error ? error : new Error(String(error))));
      worker.once('exit', () => ended(new Error('the worker ended')));
    },
    release: () => worker.unref(),
    terminate: () => worker.terminate().then(() => true),
  };
}

export function makeWebWorker(data: WorkerData): MadeWorker {
  if (typeof Worker !== 'function') throw new Error('Web Workers are missing');
  const url = URL.createObjectURL(new Blob([webWorkerProgram], { type: 'text/javascript' }));
  let worker: Worker;
  try {
    worker = new Worker(url);
  } catch (error) {
    URL.revokeObjectURL(url);
    throw error;
  }
  return {
    listen(ready, ended) {
      worker.onmessage = ready;
      worker.onerror = (event) => ended(new Error(event.message || 'the worker was refused'));
      worker.postMessage(data);
    },
    release: () => URL.revokeObjectURL(url),
    // No event tells of its end.
    async terminate() {
      worker.terminate();
      URL.revokeObjectURL(url);
      return false;
    },
  };
}
