import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { histogram } from '../../src/index.ts';
import { binaryBytes } from '../../src/kernels/binary.ts';
import { defaultEdges, planEdges } from '../../src/kernels/histogram-edges.ts';
import { WasmInstance } from '../../src/kernels/instance.ts';
import type { HistogramCounts, Numbers } from '../../src/kernels/kernels.ts';
import { wasmKernels } from '../../src/kernels/wasm.ts';
import { normal, uniform } from './generator.ts';
import { BINARIES, IMPLEMENTATIONS } from './implementations.ts';
import { LENGTHS } from './sizes.ts';

/** Typed arrays sort NaN to the end. */
const sort = (values: Numbers): Float64Array => Float64Array.from(values).sort();

/** A walk through sorted values and edges side by side, in float64: no search, and no table. */
function exact(sorted: Float64Array, edges: Numbers): HistogramCounts {
  const last = edges.length - 1;
  const counts = new Float64Array(last);
  let [below, above, nan, bin] = [0, 0, 0, 0];
  for (const x of sorted) {
    if (Number.isNaN(x)) nan++;
    else if (x < edges[0]!) below++;
    else if (x > edges[last]!) above++;
    else {
      while (bin < last - 1 && edges[bin + 1]! <= x) bin++;
      counts[bin]!++;
    }
  }
  return { counts, below, above, nan };
}

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** The float32 `steps` above the one nearest to an edge. */
function neighbour(edge: number, steps: number): number {
  float[0] = edge;
  // As ordinals: negative values have patterns that ascend as they descend.
  const ordinal = (bits[0]! < 0 ? -(bits[0]! & 0x7fffffff) : bits[0]!) + steps;
  bits[0] = ordinal < 0 ? -ordinal | 0x80000000 : ordinal;
  return float[0]!;
}

const TENSORBOARD = defaultEdges();
const random = uniform(21);
const gauss = normal(22);

const steps = (count: number, from: number, to: number) =>
  Float64Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));

/** Edges of every kind by name: those that fit the table of cells, then those that do not. */
const EDGES: Record<string, Numbers> = {
  "TensorBoard's": TENSORBOARD,
  two: [-1, 1],
  'ten steps': steps(11, -3, 3),
  decades: [1e-30, 1e-20, 1e-10, 1, 1e10, 1e20, 1e30],
  'zero at the left': [0, 1, 2],
  'zero at the right': [-2, -1, 0],
  'minus zero': [-1, -0, 1],
  'negative alone': [-5, -4, -3],
  'infinite on both sides': [-Infinity, -1, 0, 1, Infinity],
  'only infinities': [-Infinity, Infinity],
  'beyond float32': [-1e300, -1e39, 0, 1e39, 1e300],
  'the largest float32': [-3.4028234663852886e38, 0, 3.4028234663852886e38],
  'between two float32': [1, 1 + 2 ** -30, 1 + 2 ** -24, 1 + 2 ** -23, 2],
  'a bin without width': [0, 1, 1, 1, 2, 2],
  'nothing but one edge': [1, 1, 1],
  'a thousand steps': steps(1001, -1, 1),
  'steps smaller than float32': steps(300, 1, 1 + 1e-6),
  denormals: [0, 1e-45, 3e-45, 1e-44, 1e-40],
  'half as float32': Float32Array.of(-0.1, 0, 0.1, 0.2),
  'whole numbers': Int32Array.from({ length: 300 }, (_, i) => i - 100),
};

const ODD = [
  0,
  -0,
  1e-45,
  -1e-45,
  1e-39,
  -1e-39,
  NaN,
  Infinity,
  -Infinity,
  3.4028234663852886e38,
  -3.4028234663852886e38,
];

/** Values of every size, dense between the edges and far from them. */
const KINDS = [gauss, random, () => 10 ** (45 * random()), () => ODD[Math.floor((random() + 1) * 5.5)]!];
const SAMPLES = LENGTHS.map((length) => {
  const values = Float32Array.from({ length }, (_, i) => KINDS[i % 4]!());
  return { values, sorted: sort(values) };
});

for (const kernels of IMPLEMENTATIONS) {
  for (const [name, edges] of Object.entries(EDGES)) {
    test(`${kernels.name}: histogram() is exact at every edge and its neighbours: ${name}`, () => {
      // One neighbour of each edge at a time: one value in each bin, so that errors cannot cancel.
      for (let step = -2; step <= 2; step++) {
        const values = Float32Array.from([...Array.from(edges, (edge) => neighbour(edge, step)), ...ODD]);
        assert.equal(kernels.histogram(values, edges), exact(sort(values), edges), `${step} steps from the edge`);
      }
    });

    test(`${kernels.name}: histogram() at every length: ${name}`, () => {
      for (const { values, sorted } of SAMPLES) {
        assert.equal(kernels.histogram(values, edges), exact(sorted, edges), `${values.length} values`);
      }
    });
  }

  test(`${kernels.name}: histogram() of a million normal values in TensorBoard's bins`, () => {
    const values = Float32Array.from({ length: 1_000_001 }, gauss);
    assert.equal(kernels.histogram(values, TENSORBOARD), exact(sort(values), TENSORBOARD));
  });

  test(`${kernels.name}: histogram() counts every NaN, whatever its bits`, () => {
    const patterns = Uint32Array.of(0x7f800001, 0x7f87ffff, 0x7fc00000, 0x7fffffff, 0xff800001, 0xffc00000, 0xffffffff);
    const values = new Float32Array(patterns.buffer);
    for (const edges of Object.values(EDGES)) assert.is(kernels.histogram(values, edges).nan, values.length);
  });

  test(`${kernels.name}: histogram() of equal values`, () => {
    for (const value of ODD) {
      for (const edges of [TENSORBOARD, EDGES['a thousand steps']!]) {
        const values = new Float32Array(70_001).fill(value);
        assert.equal(kernels.histogram(values, edges), exact(sort(values), edges), `${value}`);
      }
    }
  });

  test(`${kernels.name}: histogram() rounds no float64`, () => {
    const edges = [0, 1, 2];
    const values = [1 - 2 ** -53, 1, 2 + 2 ** -51, -5e-324];
    const expected = { counts: Float64Array.of(1, 1), below: 1, above: 1, nan: 0 };
    assert.equal(kernels.histogram(values, edges), expected);
    assert.equal(kernels.histogram(Float64Array.from(values), edges), expected);
    assert.equal(kernels.histogram(Int32Array.of(16_777_217), [16_777_217, 2 ** 25]).counts, Float64Array.of(1));
  });

  test(`${kernels.name}: histogram() takes small integers too`, () => {
    const values = Array.from({ length: 70_000 }, (_, i) => (i * 7) % 100);
    for (const TypedArray of [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array]) {
      const edges = steps(33, 0, 50);
      assert.equal(kernels.histogram(TypedArray.from(values), edges), exact(sort(values), edges), TypedArray.name);
    }
  });

  test(`${kernels.name}: histogram() notices that edges have changed since the last call`, () => {
    const values = Float32Array.of(0.5, 1.5, 2.5);
    const edges = Float64Array.of(0, 1, 2);
    assert.equal(kernels.histogram(values, edges).counts, Float64Array.of(1, 1));
    edges[1] = 0.25;
    assert.equal(kernels.histogram(values, edges).counts, Float64Array.of(0, 2));
    // More sets of edges than are kept, twice.
    for (let round = 0; round < 2; round++) {
      for (let last = 1; last < 9; last++) {
        assert.equal(kernels.histogram(values, [0, last]).counts, Float64Array.of(Math.min(3, last)), `${last}`);
      }
    }
  });
}

test('edges stay in WebAssembly memory for the next call; the least recently used are released', () => {
  const instance = WasmInstance.make(binaryBytes('simd'));
  const { memory } = instance;
  const { allocate, release } = memory;
  let allocations = 0;
  const live = new Set<number>();
  memory.allocate = (bytes) => {
    const pointer = allocate.call(memory, bytes);
    allocations++;
    live.add(pointer);
    return pointer;
  };
  memory.release = (pointer) => {
    assert.ok(live.delete(pointer), 'released once');
    release.call(memory, pointer);
  };
  const { histogram } = wasmKernels('simd', instance);
  const values = Float32Array.of(0.5, 1.5);
  const count = (last: number) => histogram(values, [0, last]);
  for (let last = 1; last <= 100; last++) count(last);
  assert.is(live.size, 5, 'four sets of edges, and the arena');

  count(97);
  const before = allocations;
  for (const last of [100, 99, 98, 97]) count(last);
  assert.is(allocations, before, 'the last four are kept');
  count(1);
  for (const last of [99, 98, 97]) count(last);
  assert.is(allocations, before + 1, 'in the place of the least recently used');
  count(100);
  assert.is(allocations, before + 2);
  assert.is(live.size, 5);
});

for (const { kernels, inside } of BINARIES) {
  test(`${kernels.name}: histogram() reads values in WebAssembly memory in place`, () => {
    for (const edges of [TENSORBOARD, EDGES['a thousand steps']!]) {
      const values = Float32Array.from({ length: 200_003 }, gauss);
      assert.equal(kernels.histogram(inside(values), edges), exact(sort(values), edges));
    }
  });
}

test('the table of cells serves TensorBoard and steps of equal width; other edges are searched', () => {
  const searched = Object.entries(EDGES).filter(([, edges]) => planEdges(edges).steps > 0);
  assert.equal(
    searched.map(([name]) => name),
    ['a thousand steps', 'steps smaller than float32', 'denormals', 'whole numbers'],
  );
});

test('histogram() refuses bad edges, and says why', () => {
  const cases: [unknown, unknown, string][] = [
    [[0, 2, 1], RangeError, 'edges must ascend, got 1 after 2 at index 2'],
    [[0, NaN, 1], RangeError, 'edges must ascend, got NaN after 0 at index 1'],
    [[NaN, 1], RangeError, 'edges must ascend, got NaN at index 0'],
    [Float64Array.of(0, 1, NaN), RangeError, 'edges must ascend, got NaN after 1 at index 2'],
    [[], RangeError, 'edges must have at least two numbers, got 0'],
    [[1], RangeError, 'edges must have at least two numbers, got 1'],
    [10, TypeError, 'edges must be an array of numbers, got the number 10'],
    [[0, '1'], TypeError, 'edges[1] must be a number, got the string "1"'],
    [new ArrayBuffer(8), TypeError, 'edges must be an array of numbers, got an ArrayBuffer'],
  ];
  for (const [edges, kind, message] of cases) {
    assert.throws(
      () => histogram([1], edges as number[]),
      (error: Error) => error.constructor === kind && error.message === `histogram(): ${message}`,
      message,
    );
  }
});

test('histogram() names the value that is not a number', () => {
  assert.throws(
    () => histogram([1, undefined as unknown as number], [0, 1]),
    /values\[1\] must be a number, got undefined/,
  );
});

test('histogram() as documented', () => {
  const { counts, below, above, nan } = histogram([-1, 0, 0.5, 1, 1.5, 2, 3, NaN, -Infinity], [0, 1, 2]);
  assert.equal({ counts: [...counts], below, above, nan }, { counts: [2, 3], below: 2, above: 1, nan: 1 });
});

test.run();
