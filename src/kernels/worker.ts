/** @file Starting a worker of the pool, in Node and in browsers. */
import { workerSource } from './worker-source.ts';

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
  stop(): Promise<unknown>;
}

/** The part of Node's worker_threads that this takes; declared here, so that the types need no @types/node. */
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

/** How long a browser may take to start a worker before it is taken for refused, in ms. */
const PATIENCE = 10_000;

/** One of Node's own modules, or undefined where this is not Node (or something that has them, as Deno and Bun do). */
export function nodeModule<T>(name: string): T | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  return process?.getBuiltinModule?.(name) as T | undefined;
}

/**
 * Resolves once the worker waits for work. A worker never keeps a Node process alive.
 * @param onEnd called when it ends without having been asked to
 * @throws Error where workers are refused
 */
export function startWorker(data: WorkerData, onEnd: () => void): Promise<WorkerHandle> {
  const threads = nodeModule<WorkerThreads>('node:worker_threads');
  return threads === undefined ? startWebWorker(data, onEnd) : startNodeWorker(threads, data, onEnd);
}

function startNodeWorker({ Worker }: WorkerThreads, data: WorkerData, onEnd: () => void): Promise<WorkerHandle> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(workerSource, { eval: true, execArgv: [], workerData: data });
    let ends = onEnd;
    worker.once('message', () => {
      worker.unref();
      resolve({
        stop: () => {
          ends = () => {};
          return worker.terminate();
        },
      });
    });
    worker.once('error', reject);
    worker.once('exit', () => {
      ends();
      reject(new Error('the worker ended'));
    });
  });
}

function startWebWorker(data: WorkerData, onEnd: () => void): Promise<WorkerHandle> {
  const url = URL.createObjectURL(new Blob([workerSource], { type: 'text/javascript' }));
  return new Promise<WorkerHandle>((resolve, reject) => {
    const worker = new Worker(url);
    const refused = setTimeout(() => reject(new Error('the worker does not start')), PATIENCE);
    worker.onerror = (event) => {
      clearTimeout(refused);
      onEnd();
      reject(new Error(event.message || 'the worker was refused'));
    };
    worker.onmessage = () => {
      clearTimeout(refused);
      resolve({
        async stop() {
          worker.terminate();
        },
      });
    };
    worker.postMessage(data);
  }).finally(() => URL.revokeObjectURL(url));
}
