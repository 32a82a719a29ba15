// The same cases over every implementation: both binaries and the JavaScript twin.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Kernels, PackedLinear } from '../../src/kernels/kernels.ts';
import { reference } from '../../src/kernels/reference.ts';
import { EPSILON, exactOutput } from './exact.ts';
import { generator } from './generator.ts';
import { IMPLEMENTATIONS } from './implementations.ts';
import { SIZES } from './sizes.ts';

/** One layer. */
const linear = (
  kernels: Kernels,
  x: Float32Array,
  rows: number,
  packed: PackedLinear,
  bias: Float32Array | null = null,
  relu = false,
) => kernels.fuse([{ packed, bias, relu }]).run(x, rows);

for (const kernels of IMPLEMENTATIONS) {
  test(`${kernels.name}: linear() is within n·ε·Σ|xw| of float64 sums at all sizes around the tiles`, () => {
    const random = generator(7);
    for (const [rows, depth, columns] of SIZES) {
      const x = random(rows * depth);
      const w = random(columns * depth);
      for (const b of [random(columns), null]) {
        const packed = kernels.pack(w, columns, depth);
        const plain = linear(kernels, x, rows, packed, b);
        const rectified = linear(kernels, x, rows, packed, b, true);
        packed.dispose();
        assert.is(plain.length, rows * columns);
        for (let i = 0; i < plain.length; i++) {
          const where = `${rows}x${depth}x${columns} output ${i}`;
          const { sum, bound } = exactOutput(x, w, b, depth, columns, i);
          assert.ok(Math.abs(plain[i]! - sum) <= bound, `${where}: ${plain[i]} is not ${sum}`);
          assert.is(rectified[i], plain[i]! < 0 ? 0 : plain[i], where);
        }
      }
    }
  });

  test(`${kernels.name}: linear() computes the same bits for a row alone and in a batch`, () => {
    const random = generator(11);
    const [rows, depth, columns] = [7, 33, 19];
    const x = random(rows * depth);
    const packed = kernels.pack(random(columns * depth), columns, depth);
    const bias = random(columns);
    const batch = linear(kernels, x, rows, packed, bias);
    for (let row = 0; row < rows; row++) {
      const alone = linear(kernels, x.slice(row * depth, (row + 1) * depth), 1, packed, bias);
      assert.equal([...alone], [...batch.slice(row * columns, (row + 1) * columns)]);
    }
  });

  test(`${kernels.name}: linear() passes a batch larger than its arena through in blocks`, () => {
    const random = generator(3);
    const [rows, depth, columns] = [300_001, 9, 10];
    const x = random(rows * depth);
    const packed = kernels.pack(random(columns * depth), columns, depth);
    const bias = random(columns);
    const all = linear(kernels, x, rows, packed, bias);
    for (const row of [0, 1, 199_999, 220_752, 220_753, 299_999, 300_000]) {
      const alone = linear(kernels, x.slice(row * depth, (row + 1) * depth), 1, packed, bias);
      assert.equal([...all.slice(row * columns, (row + 1) * columns)], [...alone], `row ${row}`);
    }
  });

  test(`${kernels.name}: layers that share packed weights keep their own biases, fused and in turns`, () => {
    const packed = kernels.pack([1, 0, 0, 1], 2, 2);
    const biases = [Float32Array.of(1, 2), null, Float32Array.of(10, 20), Float32Array.of(100, 200)];
    const x = Float32Array.of(0.5, 0.25);
    const both = kernels.fuse(biases.map((bias) => ({ packed, bias, relu: false })));
    for (let turn = 0; turn < 2; turn++) {
      assert.equal([...both.run(x, 1)], [111.5, 222.25]);
      for (const bias of biases) {
        assert.equal([...linear(kernels, x, 1, packed, bias)], [0.5 + (bias?.[0] ?? 0), 0.25 + (bias?.[1] ?? 0)]);
      }
    }
  });

  test(`${kernels.name}: linear() keeps NaN and infinities out of other outputs`, () => {
    const packed = kernels.pack([1, 0, 0, 1, 1, 1], 3, 2);
    const output = linear(kernels, Float32Array.of(NaN, 1, Infinity, 2, 3, 4), 3, packed);
    assert.equal(output.subarray(6), Float32Array.of(3, 4, 7));
    assert.ok(Number.isNaN(output[0]) && Number.isNaN(output[2]));
    assert.is(output[3], Infinity);
    assert.is(output[5], Infinity);
  });

  test(`${kernels.name}: pack() throws a RangeError where memory ends, and works afterwards`, () => {
    if (kernels === reference) return assert.is(kernels.name, 'javascript');
    const most = 2 ** 28;
    const hostile = { length: most };
    assert.throws(
      () => kernels.pack(hostile, most, 8),
      (error: Error) => {
        return error instanceof RangeError && /cannot grow: \d+ bytes wanted, \d+ bytes reserved/.test(error.message);
      },
    );
    // 2^32 + 208 bytes: as a 32-bit number this would be 208.
    assert.throws(() => kernels.pack({ length: 2 ** 26 }, 1, 2 ** 26), /cannot grow: 4294967504 bytes wanted/);
    const packed = kernels.pack([2], 1, 1);
    assert.equal([...linear(kernels, Float32Array.of(3), 1, packed, Float32Array.of(1))], [7]);
  });

  test(`${kernels.name}: dispose() frees memory, is idempotent, and ends the use of the weights`, () => {
    const weights = new Float32Array(512 * 512);
    for (let i = 0; i < 3000; i++) kernels.pack(weights, 512, 512).dispose();
    const packed = kernels.pack([1], 1, 1);
    packed.dispose();
    packed.dispose();
    if (kernels !== reference) assert.throws(() => linear(kernels, Float32Array.of(1), 1, packed), /were disposed/);
  });
}

test('the simd and relaxed binaries are not the same kernel twice', () => {
  // One product whose exact value needs more than float32: fused keeps it, mul + add rounds it away.
  const x = Float32Array.of(1 + EPSILON, -1);
  const w = Float32Array.of(1 - EPSILON, 1);
  const [plain, fused] = IMPLEMENTATIONS.map((kernels) => linear(kernels, x, 1, kernels.pack(w, 1, 2))[0]);
  assert.is(plain, 0);
  assert.ok(fused === 0 || fused === -(EPSILON * EPSILON), `${fused}`);
});

test.run();
