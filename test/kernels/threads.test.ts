import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { getNumThreads, Linear, manualSeed, ReLU, rand, Sequential, setNumThreads } from '../../src/index.ts';
import { type Binary, binaryBytes, instanceOf, MOST_PAGES, sharedBytes } from '../../src/kernels/binary.ts';
import { Machine } from '../../src/kernels/machine.ts';
import { ThreadPool } from '../../src/kernels/thread-pool.ts';
import { wasmKernels } from '../../src/kernels/wasm.ts';
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

test('one thread computes until a program asks for more', () => assert.is(getNumThreads(), 1));

test('what is not a number of threads is refused, and nothing changes', async () => {
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
    assert.is((error as Error).message, `setNumThreads(): a whole number from 1 to 256 expected, got ${came}`);
  }
  assert.is(getNumThreads(), 1);
});

test('two, three and one threads give the same bits, through everything that was packed before', async () => {
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

test('changes that were asked for at once are made one after the other', async () => {
  assert.equal(await Promise.all([setNumThreads(2), setNumThreads(3), setNumThreads(1)]), [2, 3, 1]);
  assert.is(getNumThreads(), 1);
});

/** Kernels with a pool of their own, which the test may break. */
async function pooled(threads: number, wrapped = (binary: Binary) => binary) {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: MOST_PAGES, shared: true });
  const module = new WebAssembly.Module(sharedBytes(binaryBytes('simd')));
  const machine = new Machine(wrapped(instanceOf(module, memory)));
  const pool = await ThreadPool.start(module, machine, threads);
  machine.pool = pool;
  return { kernels: wasmKernels('simd', machine), pool };
}

test('workers do share the work', async () => {
  let own = 0;
  const { kernels, pool } = await pooled(2, (binary) => ({
    ...binary,
    linearColumns(...values) {
      own += values[8] - values[7];
      binary.linearColumns(...values);
    },
  }));
  const [rows, depth, columns] = [256, 1024, 1024];
  const random = generator(5);
  const packed = kernels.pack(random(columns * depth), columns, depth);
  const fused = kernels.fuse([{ packed, bias: null, relu: false }]);
  for (let i = 0; i < 10; i++) fused.run(random(rows * depth), rows);
  assert.ok(own > 0 && own < 10 * columns, `${own} of ${10 * columns} columns were computed by the asking thread`);
  await pool.stop();
});

test('a pool that is ended in the middle of a product costs time, and no bit of the result', async () => {
  const [rows, depth, columns] = [512, 512, 512];
  const random = generator(6);
  const x = random(rows * depth);
  const weight = random(columns * depth);
  const oneThread = wasmKernels('simd', new Machine(instanceOf(binaryBytes('simd'))));
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
    assert.is(pool.threads, 1, "its memory is somebody else's now");
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
