/** @file Starting a worker of the pool: in Node, Deno and Bun by node:worker_threads, in browsers as a Web Worker. */
import { nodeWorkerSource, webWorkerSource } from './worker-source.ts';

/** What a worker is given. */
export interface WorkerData {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Where the cells of thread-control.ts lie. */
  readonly control: number;
  /** Where this worker may spill. */
  readonly spill: number;
}

export interface WorkerHandle {
  /** Ends it. @returns whether it certainly writes to memory no more */
  stop(): Promise<boolean>;
}

/** A worker that was made, and may never run. */
export interface MadeWorker {
  /** @param ended called with the reason if it ends, unless by {@link terminate} */
  listen(ready: () => void, ended: (error: Error) => void): void;
  /** Once it runs: from now on it keeps no process alive. */
  release(): void;
  /** @returns whether it certainly has ended */
  terminate(): Promise<boolean>;
}

/** The part of node:worker_threads that this takes; declared here, so that the types need no @types/node. */
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

/** Calls `fn` once after so many milliseconds. @returns how to call that off */
export type After = (milliseconds: number, fn: () => void) => () => void;

const afterTimeout: After = (milliseconds, fn) => {
  const timer = setTimeout(fn, milliseconds);
  return () => clearTimeout(timer);
};

/** How long a worker may take to start, or to end, in ms. */
export const PATIENCE = 10_000;

/** One of Node's own modules, which Deno and Bun have as well; undefined in browsers. */
export function nodeModule<T>(name: string): T | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  return process?.getBuiltinModule?.(name) as T | undefined;
}

/**
 * Resolves once the worker waits for work. A worker never keeps a process alive.
 * @param onEnd called when it ends without having been asked to
 * @param make how it is made, here and below: tests have their own
 * @throws Error, as a rejection, where workers are refused, and for one that ends, or does nothing, instead of starting
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
      // Memory that may not be shared, for instance.
      fail(error);
    }
  });
}

function makeWorker(data: WorkerData): MadeWorker {
  const threads = nodeModule<WorkerThreads>('node:worker_threads');
  return threads === undefined ? makeWebWorker(data) : makeNodeWorker(threads, data);
}

export function makeNodeWorker({ Worker }: WorkerThreads, data: WorkerData): MadeWorker {
  const worker = new Worker(nodeWorkerSource, { eval: true, execArgv: [], workerData: data });
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
  if (typeof Worker !== 'function') throw new Error('there are no workers here');
  const url = URL.createObjectURL(new Blob([webWorkerSource], { type: 'text/javascript' }));
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
    // Nothing tells when it has ended.
    async terminate() {
      worker.terminate();
      URL.revokeObjectURL(url);
      return false;
    },
  };
}
