// What a program pays that runs for long: nothing that grows.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { kernelName, Linear, ReLU, rand, Sequential } from '../../src/index.ts';
import { kernels } from '../../src/kernels/index.ts';

const collect = globalThis.gc!;
const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

/** Everything that V8 counts: the heap, and array buffers with the memory of WebAssembly among them. */
async function bytes(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    collect();
    await turn();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

test('a million forwards of a 10-30-30-2 network leave the memory as large as the first thousand did', async () => {
  assert.is.not(kernelName(), 'javascript');
  const net = new Sequential(new Linear(10, 30), new ReLU(), new Linear(30, 30), new ReLU(), new Linear(30, 2));
  const x = rand(1, 10);
  for (let i = 0; i < 1000; i++) net(x);
  const before = await bytes();
  for (let i = 0; i < 1_000_000; i++) net(x);
  const after = await bytes();
  // What the compiler keeps for code that has become hot is some hundred KB. One object left per forward would be 16 MB.
  assert.ok(after - before < 1_000_000, `${after - before} bytes more after a million forwards`);
});

test('layers that are thrown away give their WebAssembly memory back', async () => {
  const run = () => {
    for (let i = 0; i < 20; i++) new Linear(256, 256)(rand(1, 256));
  };
  run();
  for (let i = 0; i < 5; i++) {
    run();
    await bytes();
  }
  const before = await bytes();
  for (let i = 0; i < 30; i++) {
    run();
    await bytes();
  }
  // 30 x 20 x 256 KB would be 157 MB.
  const after = await bytes();
  assert.ok(after - before < 20_000_000, `${after - before} bytes more`);
});

test('kernels() gives the same kernels every time', () => assert.is(kernels(), kernels()));

test.run();
