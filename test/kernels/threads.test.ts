import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { getNumThreads, Linear, manualSeed, ReLU, rand, Sequential, setNumThreads } from '../../src/index.ts';
import { binaryBytes } from '../../src/kernels/binary.ts';
import { MOST_PAGES, WasmInstance } from '../../src/kernels/instance.ts';
import { sharedBytes } from '../../src/kernels/shared-binary.ts';
import { ThreadPool } from '../../src/kernels/thread-pool.ts';
import { wasmKernels } from '../../src/kernels/wasm.ts';
import type { WasmExports } from '../../src/kernels/wasm-exports.ts';
import { generator } from './generator.ts';

/** Each large enough to be shared; with rows and columns left over, and more rows than one block. */
const SIZES = [
  [128, 256, 300],
  [1, 4096, 2056],
  [2, 2048, 2052],
  [3, 3000, 1000],
  [1103, 1000, 9],
  [37, 1000, 333],
] as const;

test('one thread computes unless a program asks for more', () => assert.is(getNumThreads(), 1));

test('setNumThreads() refuses anything but a number of threads, and changes nothing', async () => {
  for (const [threads, came] of [
    [0, 'the number 0'],
    [-1, 'the number -1'],
    [1.5, 'the number 1.5'],
    [NaN, 'the number NaN'],
    [Infinity, 'the number Infinity'],
    [1e9, 'the number 1000000000'],
    ['2', 'the string "2"'],
    [undefined, 'undefined'],
  ]) {
    let error: unknown;
    await setNumThreads(threads as number).catch((reason) => {
      error = reason;
    });
    assert.instance(error, RangeError);
    assert.is((error as Error).message, `setNumThreads(): threads must be a whole number from 1 to 256, got ${came}`);
  }
  assert.is(getNumThreads(), 1);
});

test('two, three and one threads give the same bits, with weights packed before', async () => {
  manualSeed(4);
  const layers = SIZES.map(([rows, depth, columns]) => ({
    net: new Sequential(new Linear(depth, columns), new ReLU()),
    x: rand(rows, depth),
  }));
  const alone = layers.map(({ net, x }) => net(x).data);
  for (const threads of [2, 3, 1, 2]) {
    assert.is(await setNumThreads(threads), threads);
    assert.is(getNumThreads(), threads);
    layers.forEach(({ net, x }, i) => {
      assert.equal(net(x).data, alone[i], `${threads} threads, ${SIZES[i]!.join('x')}`);
    });
  }
  assert.is(await setNumThreads(1), 1);
});

test('concurrent calls of setNumThreads() run one after the other', async () => {
  assert.equal(await Promise.all([setNumThreads(2), setNumThreads(3), setNumThreads(1)]), [2, 3, 1]);
  assert.is(getNumThreads(), 1);
});

/** Kernels with their own pool, which a test may break. */
async function pooled(threads: number, wrapped = (exports: WasmExports) => exports) {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: MOST_PAGES, shared: true });
  const module = new WebAssembly.Module(sharedBytes(binaryBytes('simd')));
  const instance = new WasmInstance(wrapped(WasmInstance.make(module, memory).exports));
  const pool = await ThreadPool.start(module, instance, threads);
  instance.pool = pool;
  return { kernels: wasmKernels('simd', instance), pool };
}

test('workers share the work', async () => {
  let own = 0;
  const { kernels, pool } = await pooled(2, (exports) => ({
    ...exports,
    linearColumns(...values) {
      own += values[8] - values[7];
      exports.linearColumns(...values);
    },
  }));
  const [rows, depth, columns] = [256, 1024, 1024];
  const random = generator(5);
  const packed = kernels.pack(random(columns * depth), columns, depth);
  const fused = kernels.fuse([{ packed, bias: null, relu: false }]);
  for (let i = 0; i < 10; i++) fused.run(random(rows * depth), rows);
  assert.ok(own > 0 && own < 10 * columns, `${own} of ${10 * columns} columns were computed by the calling thread`);
  await pool.stop();
});

test('stopping the pool in the middle of a product costs time, but no bit of the result', async () => {
  const [rows, depth, columns] = [512, 512, 512];
  const random = generator(6);
  const x = random(rows * depth);
  const weight = random(columns * depth);
  const oneThread = wasmKernels('simd', WasmInstance.make(binaryBytes('simd')));
  const expected = oneThread
    .fuse([{ packed: oneThread.pack(weight, columns, depth), bias: null, relu: true }])
    .run(x, rows);
  for (let attempt = 0; attempt < 6; attempt++) {
    const { kernels, pool } = await pooled(2);
    const packed = kernels.pack(weight, columns, depth);
    const fused = kernels.fuse([{ packed, bias: null, relu: true }]);
    assert.equal(fused.run(x, rows), expected);
    const stopped = pool.stop();
    // The worker ends at some moment of these products.
    for (let i = 0; i < 20; i++) assert.equal(fused.run(x, rows), expected, `attempt ${attempt}`);
    await stopped;
    assert.is(pool.threads, 1, 'its memory may be in use again');
    assert.equal(fused.run(x, rows), expected, 'and afterwards');
  }
});

test('workers do not keep a process alive', () => {
  const index = new URL('../../src/index.ts', import.meta.url).href;
  const program = `
    import { getNumThreads, Linear, rand, setNumThreads } from '${index}';
    await setNumThreads(2);
    const y = new Linear(1024, 1024)(rand(64, 1024));
    console.log(getNumThreads(), y.shape.join('x'));
  `;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', program],
    { cwd: fileURLToPath(new URL('../..', import.meta.url)), encoding: 'utf8', timeout: 60_000 },
  );
  assert.equal([status, stdout.trim()], [0, '2 64x1024'], stderr);
});

test.run();
