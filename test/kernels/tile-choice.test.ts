import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { binaryBytes } from '../../src/kernels/binary.ts';
import { WasmInstance } from '../../src/kernels/instance.ts';
import { TileChoice } from '../../src/kernels/tile-choice.ts';
import { wasmKernels } from '../../src/kernels/wasm.ts';
import type { Product, WasmExports } from '../../src/kernels/wasm-exports.ts';
import { generator } from './generator.ts';

const RATE = 3e7;

/**
 * Products on a machine whose narrow tile does 30 million multiply-adds per ms.
 * @param speedup of the wide tile, given the ms since its first run
 * @param tick of the clock, in ms
 * @param interruption of the run of a tile, in ms; `nth` counts the runs of that tile
 */
function simulated(
  speedup: (since: number) => number,
  tick = 0,
  interruption: (wide: number, nth: number) => number = () => 0,
) {
  let [now, samples] = [0, 0];
  const runs = [0, 0];
  let first = 0;
  const exports = {
    rowsPerBlock: () => 64,
    interleave() {},
    linearColumns(...values: number[]) {
      const [, rows, , , , , , from, to, wide] = values as [number, number, ...number[]];
      const time = (rows * (to! - from!) * 1024) / RATE;
      first ||= now;
      now += wide === 1 ? time / speedup(now - first) : time;
      now += interruption(wide!, runs[wide!]!++);
      samples++;
    },
  } as unknown as WasmExports;
  const choice = new TileChoice(() => (tick === 0 ? now : Math.floor(now / tick) * tick));
  let slowest = 0;
  return {
    choice,
    /** Computes a product of depth 1024. @returns the number of samples */
    run(rows: number, columns: number) {
      const alone = (rows * columns * 1024) / RATE;
      now += alone;
      const begun = now;
      samples = 0;
      if (choice.isOpen) choice.sample(exports, { rows, columns, depth: 1024 } as Product);
      slowest = Math.max(slowest, (now - begun) / alone);
      return samples;
    },
    /** The largest share by which a product took longer. */
    slowest: () => slowest,
    now: () => now,
  };
}

function settle({ choice, run }: ReturnType<typeof simulated>, sizes: [number, number][] = [[128, 1024]]): void {
  for (let i = 0; choice.isOpen && i < 1e5; i++) run(...sizes[i % sizes.length]!);
}

/** By name: what the wide tile is to the narrow one, and the choice. */
const MACHINES: [name: string, speedup: (since: number) => number, wide: 0 | 1][] = [
  ['without fusion', () => 0.65, 0],
  ['that spills', () => 0.25, 0],
  ['that fuses', () => 1.9, 1],
  ['that fuses once its code is optimized', (since) => (since < 90 ? 0.1 : 1.9), 1],
  ['on which both are alike', () => 1.05, 0],
];

for (const [name, speedup, wide] of MACHINES) {
  for (const tick of [0, 0.005, 0.1]) {
    test(`an engine ${name}, with a clock of ${tick} ms`, () => {
      const machine = simulated(speedup, tick);
      settle(machine, [
        [128, 1024],
        [64, 256],
        [300, 77],
        [4, 2048],
      ]);
      assert.is(machine.choice.isOpen, false);
      assert.is(machine.choice.wide, wide);
      assert.ok(machine.now() < 1000, `the choice took ${machine.now()} ms`);
    });
  }
}

for (const [name, speedup, interrupted, wide] of [
  ['without fusion', 0.65, 0, 0],
  ['that fuses', 1.9, 1, 1],
] as const) {
  test(`other programs that interrupt the faster tile for 8 ms do not change the choice, in an engine ${name}`, () => {
    const machine = simulated(
      () => speedup,
      0,
      (tile, nth) => (tile === interrupted && nth % 30 === 0 ? 8 : 0),
    );
    settle(machine);
    assert.equal([machine.choice.isOpen, machine.choice.wide], [false, wide]);
  });
}

test('no product takes more than 10 % longer, with a wide tile that is four times slower', () => {
  for (const size of [
    [64, 256],
    [16, 1024],
    [8, 2048],
    [512, 1024],
    [1000, 32],
    [32, 256],
    [4, 2048],
  ] as [number, number][]) {
    const machine = simulated(() => 0.25);
    settle(machine, [size]);
    assert.is(machine.choice.isOpen, false);
    assert.ok(machine.slowest() > 0 && machine.slowest() <= 0.1, `${size}: ${machine.slowest()}`);
  }
});

test('the first 20 ms of products are not sampled, nor are small ones', () => {
  const { run, now } = simulated(() => 1.9);
  while (now() < 18) assert.is(run(128, 1024), 0);
  run(128, 1024);
  for (let i = 0; i < 1000; i++) assert.is(run(3, 4096) + run(4, 2000) + run(90, 90) + run(1000, 16), 0);
  assert.is(run(128, 1024), 2);
});

test('if the clock does not move, sampling ends with the narrow tile', () => {
  const machine = simulated(() => 1.9, 1e9);
  settle(machine);
  assert.equal([machine.choice.isOpen, machine.choice.wide], [false, 0]);
});

test('a change of the tile changes no bit', () => {
  const bare = WasmInstance.make(binaryBytes('simd')).exports;
  let now = 0;
  let widest = 0;
  const instance = new WasmInstance({
    ...bare,
    linear(...values) {
      widest = Math.max(widest, values[6]);
      bare.linear(...values);
    },
    linearColumns(...values) {
      now += values[9] === 1 ? 1 : 3;
      bare.linearColumns(...values);
    },
  });
  instance.tiles = new TileChoice(() => now);
  const kernels = wasmKernels('simd', instance);
  const random = generator(8);
  const [rows, depth, columns] = [67, 700, 290];
  const layers = [
    { packed: kernels.pack(random(columns * depth), columns, depth), bias: random(columns), relu: true },
    { packed: kernels.pack(random(columns * columns), columns, columns), bias: null, relu: false },
  ];
  const fused = kernels.fuse(layers);
  const x = random(rows * depth);
  const expected = fused.run(x, rows);
  for (let i = 0; i < 100; i++) assert.equal(fused.run(x, rows), expected, `call ${i}`);
  assert.equal([instance.tiles.isOpen, widest], [false, 1]);
});

test.run();
