// The layout of packed weights, as drawn in assembly/linear.ts, bit for bit.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type BinaryName, binaryBytes } from '../../src/kernels/binary.ts';
import { MOST_PAGES, WasmInstance } from '../../src/kernels/instance.ts';
import { WasmLinear } from '../../src/kernels/wasm-linear.ts';
import { generator } from './generator.ts';

/** A quiet and a signalling NaN with payloads, both infinities, both zeros, the smallest and the largest denormal. */
const SPECIAL = [0x7fc12345, 0xffa54321, 0x7f800000, 0xff800000, 0x80000000, 0, 1, 0x807fffff];

/** [outFeatures, inFeatures]: around vectors of four, panels of 16, groups of 32, and parts of 8192 steps. */
const SIZES = [
  ...[0, 1, 2, 3, 4, 5, 15, 16, 17, 31, 32, 33, 48].flatMap((outFeatures) =>
    [0, 1, 3, 4, 5, 7, 8, 30].map((inFeatures) => [outFeatures, inFeatures] as const),
  ),
  [3, 8191],
  [17, 8192],
  [18, 8193],
  [1, 16_387],
] as const;

/** One weight after the other, by the drawing. */
function expectedBits(weight: Float32Array, outFeatures: number, inFeatures: number): Uint32Array {
  const bits = new Uint32Array(weight.buffer, weight.byteOffset, weight.length);
  const panels = Math.ceil(outFeatures / 16);
  const biasFloats = Math.ceil(outFeatures / 32) * 32;
  const packed = new Uint32Array(4 + biasFloats + panels * 16 * inFeatures);
  packed.set([inFeatures, outFeatures]);
  for (let column = 0; column < outFeatures; column++) {
    for (let k = 0; k < inFeatures; k++) {
      const step = Math.floor(column / 16) * inFeatures + k;
      packed[4 + biasFloats + step * 16 + (column % 16)] = bits[column * inFeatures + k]!;
    }
  }
  return packed;
}

function packedBits({ exports }: WasmInstance, { pointer }: WasmLinear, length: number): Uint32Array {
  const words = new Uint32Array(exports.memory.buffer, pointer, length);
  // Two words after the sizes are unused.
  return words.slice().fill(0, 2, 4);
}

for (const name of ['simd', 'relaxed'] satisfies BinaryName[]) {
  const instance = WasmInstance.make(binaryBytes(name));

  test(`${name}: packed weights have the bits of the weights, and zeros beside them`, () => {
    const random = generator(23);
    // Memory that is used again holds something else than zeros.
    const used = instance.memory.allocate(1 << 22);
    instance.memory.floats.fill(7, used >>> 2, (used >>> 2) + (1 << 20));
    instance.memory.release(used);
    for (const [outFeatures, inFeatures] of SIZES) {
      const weight = random(outFeatures * inFeatures);
      new Uint32Array(weight.buffer).set(SPECIAL.slice(0, weight.length), Math.max(0, weight.length - SPECIAL.length));
      const expected = expectedBits(weight, outFeatures, inFeatures);
      const packed = new WasmLinear(instance, weight, outFeatures, inFeatures);
      assert.equal(packedBits(instance, packed, expected.length), expected, `${outFeatures}x${inFeatures}`);
      packed.dispose();
    }
  });

  test(`${name}: weights are read where they are in a larger array, and numbers of other arrays are rounded`, () => {
    const numbers = generator(29)(100);
    const part = new WasmLinear(instance, numbers.subarray(10, 10 + 18 * 5), 18, 5);
    const expected = expectedBits(numbers.slice(10, 10 + 18 * 5), 18, 5);
    assert.equal(packedBits(instance, part, expected.length), expected);
    const doubles = Float64Array.of(0.1, 1e-50, 1e300, NaN);
    const rounded = new WasmLinear(instance, doubles, 2, 2);
    assert.equal(
      [...new Float32Array(instance.exports.memory.buffer, rounded.pointer + 16 + 128, 2)],
      [Math.fround(0.1), Infinity],
    );
  });
}

test('where memory ends, packing throws and leaves the memory as it was', () => {
  const limited = new WebAssembly.Memory({ initial: 1, maximum: MOST_PAGES });
  const instance = WasmInstance.make(binaryBytes('simd'), limited);
  const weight = new Float32Array(64 * 64).fill(0.5);
  const first = new WasmLinear(instance, weight, 64, 64);
  const before = packedBits(instance, first, 4 + 64 + 64 * 64);
  const allocate = instance.memory.allocate;
  // The arena is there already; there is no space for the weights.
  instance.memory.allocate = () => {
    throw new RangeError('WebAssembly memory cannot grow');
  };
  assert.throws(() => new WasmLinear(instance, weight, 64, 64), /cannot grow/);
  instance.memory.allocate = allocate;
  assert.equal(packedBits(instance, first, before.length), before);
  const second = new WasmLinear(instance, weight, 64, 64);
  assert.equal(packedBits(instance, second, before.length), before);
});

test.run();
