// No memory grows in long-running programs.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { kernelName, Linear, linear, ones, ReLU, rand, Sequential } from '../../src/index.ts';
import { kernels } from '../../src/kernels/index.ts';
import { collected } from '../hooks/collected.ts';

const collect = globalThis.gc!;
const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

/** The heap, and array buffers with the memory of WebAssembly. */
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
  // Optimized code takes some hundred KB. One leaked object per forward would be 16 MB.
  assert.ok(after - before < 1_000_000, `${after - before} bytes more after a million forwards`);
});

test('collected layers free their WebAssembly memory', async () => {
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

test('packing a weight again, for other values or another bias, frees the memory of before', async () => {
  const layer = new Linear(1024, 1024);
  const x = rand(1, 1024);
  const cases: Record<string, () => void> = {
    'other values': () => layer.weight.assign(layer.weight.data),
    'another bias': () => {
      layer.bias = new Linear(1, 1024).bias;
    },
  };
  for (const [what, change] of Object.entries(cases)) {
    const run = (times: number) => {
      for (let i = 0; i < times; i++) {
        change();
        layer(x);
      }
    };
    run(10);
    const before = await bytes();
    run(40);
    // 40 x 4 MB would be 168 MB, if only garbage collection freed it.
    const after = await bytes();
    assert.ok(after - before < 20_000_000, `${what}: ${after - before} bytes more`);
  }
});

test('a replaced layer is collected after the next call, also in a nested Sequential that is fused', async () => {
  const inner = new Sequential(new Linear(8, 8), new ReLU());
  const net = new Sequential(new Linear(8, 8), inner);
  const input = ones(1, 8);
  inner(input);
  net(input);
  const replaced = new WeakRef(inner[0]!);
  inner[0] = new Linear(8, 8);
  net(input);
  assert.ok(await collected(replaced));
});

test('plain tensors as weights are packed for one call alone, with any bias', async () => {
  const x = rand(1, 1024);
  const weights = Array.from({ length: 30 }, () => rand(1024, 1024));
  for (const bias of [null, rand(1024), new Linear(1, 1024).bias]) {
    linear(x, weights[0]!, bias);
    const before = await bytes();
    for (const weight of weights) linear(x, weight, bias);
    const after = await bytes();
    assert.ok(after - before < 20_000_000, `${after - before} bytes more`);
  }
});

test('kernels() always returns the same kernels', () => assert.is(kernels(), kernels()));

test.run();
