import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as threads from 'node:worker_threads';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { binaryBytes } from '../../src/kernels/binary.ts';
import { WasmInstance } from '../../src/kernels/instance.ts';
import { sharedBytes } from '../../src/kernels/shared-binary.ts';
import { ThreadPool } from '../../src/kernels/thread-pool.ts';
import {
  type MadeWorker,
  makeNodeWorker,
  makeWebWorker,
  PATIENCE,
  startWorker,
  type WorkerData,
} from '../../src/kernels/worker.ts';
import { AWAKE, CELLS, nodeWorkerProgram, PULSE } from '../../src/kernels/worker-program.ts';

const module = new WebAssembly.Module(sharedBytes(binaryBytes('simd')));

function sharedInstance() {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 16, shared: true });
  return WasmInstance.make(module, memory);
}

function workerData(): WorkerData {
  const { exports, memory } = sharedInstance();
  const control = memory.allocate(512);
  return { module, memory: exports.memory, control, spill: control + 256 };
}

/** A worker and a clock that the test drives. */
function fake() {
  const log: string[] = [];
  const timers = new Set<() => void>();
  let terminated: (isEnded: boolean) => void = () => {};
  let ready = () => {};
  let ended: (error: Error) => void = () => {};
  const worker: MadeWorker = {
    listen(isReady, hasEnded) {
      ready = isReady;
      ended = hasEnded;
    },
    release: () => void log.push('released'),
    terminate() {
      log.push('terminated');
      return new Promise((resolve) => {
        terminated = resolve;
      });
    },
  };
  return {
    log,
    timers,
    start: () =>
      startWorker(
        {} as WorkerData,
        () => void log.push('ended'),
        () => worker,
        (milliseconds, fn) => {
          assert.is(milliseconds, PATIENCE);
          timers.add(fn);
          return () => timers.delete(fn);
        },
      ),
    pass() {
      const due = [...timers];
      timers.clear();
      for (const fn of due) fn();
    },
    ready: () => ready(),
    end: (error: Error) => ended(error),
    terminated: (isEnded: boolean) => terminated(isEnded),
  };
}

const messageOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: Error) => error.message,
  );

test('a worker that never starts is terminated after the time limit', async () => {
  const { start, pass, log } = fake();
  const message = messageOf(start());
  await Promise.resolve();
  pass();
  assert.is(await message, 'the worker did not start within 10 s');
  assert.equal(log, ['ended', 'terminated']);
});

test('a worker that ends instead of starting rejects with its reason, once', async () => {
  const { start, end, log, timers, terminated } = fake();
  const message = messageOf(start());
  await Promise.resolve();
  end(new Error('no memory'));
  end(new Error('the worker ended'));
  assert.is(await message, 'no memory');
  assert.equal(log, ['ended', 'terminated']);
  terminated(true);
  await new Promise(setImmediate);
  assert.is(timers.size, 0, 'no timer is left');
});

test('a worker that starts cancels the time limit, and reports its end', async () => {
  const { start, ready, end, log, timers } = fake();
  const starting = start();
  await Promise.resolve();
  ready();
  await starting;
  assert.equal([log, timers.size], [['released'], 0]);
  end(new Error('killed'));
  assert.equal(log, ['released', 'ended', 'terminated']);
});

test('stop() resolves to whether the worker has certainly ended, within the time limit', async () => {
  for (const [answer, expected] of [
    [(worker: ReturnType<typeof fake>) => worker.terminated(true), true],
    [(worker: ReturnType<typeof fake>) => worker.terminated(false), false],
    [(worker: ReturnType<typeof fake>) => worker.pass(), false],
  ] as const) {
    const worker = fake();
    const starting = worker.start();
    await Promise.resolve();
    worker.ready();
    const stopping = (await starting).stop();
    answer(worker);
    assert.is(await stopping, expected);
    worker.end(new Error('the worker ended'));
    assert.not(worker.log.includes('ended'), 'no report after stop()');
  }
});

test('a worker that cannot receive its data rejects', async () => {
  const { log } = fake();
  const worker: MadeWorker = {
    listen() {
      throw new Error('memory cannot be shared');
    },
    release() {},
    terminate: async () => void log.push('terminated') === undefined,
  };
  const starting = startWorker(
    {} as WorkerData,
    () => {},
    () => worker,
  );
  assert.is(await messageOf(starting), 'memory cannot be shared');
  assert.equal(log, ['terminated']);
});

test('a worker of Node starts and ends, or rejects with the reason', async () => {
  const handle = await startWorker(workerData(), () => {});
  assert.is(await handle.stop(), true);
  const broken = { ...workerData(), module: {} as WebAssembly.Module };
  assert.match(await messageOf(startWorker(broken, () => {})), /WebAssembly\.Instance/);
});

test('a worker of node:worker_threads starts with a global onmessage, as in Deno and Bun', async () => {
  class WithOnMessage extends threads.Worker {
    constructor(source: string, options: threads.WorkerOptions) {
      assert.is(source, nodeWorkerProgram);
      super(`globalThis.onmessage = null;${source}`, options);
    }
  }
  const make = (data: WorkerData) => makeNodeWorker({ Worker: WithOnMessage }, data);
  const handle = await startWorker(workerData(), () => {}, make);
  assert.is(await handle.stop(), true);
});

/** Runs with another global `Worker`. */
async function withWorker(Worker: unknown, run: () => Promise<void>): Promise<void> {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'Worker');
  Object.defineProperty(globalThis, 'Worker', { value: Worker, configurable: true, writable: true });
  const { createObjectURL, revokeObjectURL } = URL;
  const urls = new Set<string>();
  URL.createObjectURL = () => {
    urls.add('blob:1');
    return 'blob:1';
  };
  URL.revokeObjectURL = (url) => void urls.delete(url);
  try {
    await run();
    assert.is(urls.size, 0, 'the URL is revoked');
  } finally {
    Object.assign(URL, { createObjectURL, revokeObjectURL });
    if (before === undefined) Reflect.deleteProperty(globalThis, 'Worker');
    else Object.defineProperty(globalThis, 'Worker', before);
  }
}

const startWeb = () => startWorker(workerData(), () => {}, makeWebWorker);

test('a Web Worker that is missing or refused by a policy rejects', async () => {
  await withWorker(undefined, async () => assert.is(await messageOf(startWeb()), 'Web Workers are missing'));
  class Refused {
    constructor() {
      throw new Error('refused by worker-src');
    }
  }
  await withWorker(Refused, async () => assert.is(await messageOf(startWeb()), 'refused by worker-src'));
  // Chromium makes the worker, and then fires an event without a message.
  class Silent {
    onerror: (event: object) => void = () => {};
    postMessage = () => queueMicrotask(() => this.onerror({}));
    terminate() {}
  }
  await withWorker(Silent, async () => assert.is(await messageOf(startWeb()), 'the worker was refused'));
});

test('a Web Worker starts and is terminated', async () => {
  let isTerminated = false;
  class Works {
    onmessage = () => {};
    postMessage = () => queueMicrotask(() => this.onmessage());
    terminate() {
      isTerminated = true;
    }
  }
  await withWorker(Works, async () => {
    const handle = await startWeb();
    assert.is(await handle.stop(), false, 'a Web Worker does not say when it has ended');
    assert.ok(isTerminated);
  });
});

test('a pool rejects if one worker does not start, and ends the others', async () => {
  const instance = sharedInstance();
  const log: string[] = [];
  const startOne = async ({ spill }: WorkerData) => {
    if (log.push(`started at ${spill > 0}`) === 2) throw new Error('refused');
    return { stop: async () => log.push('stopped') > 0 };
  };
  assert.is(await messageOf(ThreadPool.start(module, instance, 4, startOne)), 'refused');
  assert.is(log.filter((line) => line === 'stopped').length, 2);
});

test('a pool releases its memory only if every worker has certainly ended', async () => {
  for (const isEnded of [true, false]) {
    const instance = sharedInstance();
    let released = 0;
    instance.memory.release = () => void released++;
    const pool = await ThreadPool.start(module, instance, 3, async () => ({ stop: async () => isEnded }));
    await pool.stop();
    assert.is(released, isEnded ? 1 : 0);
  }
});

test('a pool shares small products only among workers that are awake, and wakes them when products follow each other', async () => {
  const { exports, memory } = sharedInstance();
  let cells = new Int32Array();
  const asleep = async ({ control }: WorkerData) => {
    cells = new Int32Array(exports.memory.buffer, control, CELLS);
    return { stop: async () => true };
  };
  const pool = await ThreadPool.start(module, { exports, memory }, 3, asleep);
  const clock = performance.now;
  let time = 1000;
  performance.now = () => time;
  try {
    const isShared = (rows: number) => pool.isWorthwhile(rows, 784, 512);
    const wakes = () => Atomics.load(cells, PULSE);

    assert.ok(isShared(20), 'a large one is always shared');
    assert.not(isShared(8));
    time += 0.25;
    assert.not(isShared(8), 'the workers sleep');
    assert.is(wakes(), 0, 'the products are too far apart');
    time += 0.15;
    assert.not(isShared(8));
    assert.is(wakes(), 1, 'another one will follow');
    Atomics.store(cells, AWAKE, 1);
    assert.not(isShared(8), 'one of two is awake');
    Atomics.store(cells, AWAKE, 2);
    assert.ok(isShared(8));
    assert.not(isShared(1), 'too small for any');
    Atomics.store(cells, AWAKE, 0);
    for (let i = 0; i < 66; i++) assert.not(isShared(8));
    assert.is(wakes(), 3, 'once at first; then they slept again before the next product, and 64 are left out');
  } finally {
    performance.now = clock;
    await pool.stop();
  }
});

test('setNumThreads() resolves to 1 without workers, and everything computes', () => {
  const index = new URL('../../src/index.ts', import.meta.url).href;
  const program = `
    delete process.getBuiltinModule;
    Object.defineProperty(process, 'getBuiltinModule', { value: undefined });
    Object.defineProperty(globalThis, 'Worker', { value: undefined });
    const { getNumThreads, Linear, rand, setNumThreads } = await import('${index}');
    console.log(await setNumThreads(2), getNumThreads(), new Linear(1024, 1024)(rand(64, 1024)).shape.join('x'));
  `;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', program],
    { cwd: fileURLToPath(new URL('../..', import.meta.url)), encoding: 'utf8', timeout: 60_000 },
  );
  assert.is(stdout.trim(), '1 1 64x1024', stderr);
});

test.run();
