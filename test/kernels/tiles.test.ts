// Every tile computes the same bits.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type BinaryName, binaryBytes } from '../../src/kernels/binary.ts';
import { WasmInstance } from '../../src/kernels/instance.ts';
import { WasmLinear } from '../../src/kernels/wasm-linear.ts';
import { generator } from './generator.ts';
import { SIZES } from './sizes.ts';

/** As integers, so that NaN equals itself and -0 differs from 0. */
const bitsOf = (values: Float32Array) => new Uint32Array(values.buffer, values.byteOffset, values.length);

for (const name of ['simd', 'relaxed'] satisfies BinaryName[]) {
  const instance = WasmInstance.make(binaryBytes(name));
  const { exports, memory } = instance;

  /** Surrounds the output with a mark, to see what is written beyond it. */
  function run(x: Float32Array, [rows, depth, columns]: readonly number[], packed: WasmLinear, wide: number) {
    const [padded, scratchBytes] = [(rows! + 4) * Math.max(depth!, 1), exports.linearScratch(rows!, depth!)];
    const outputFloats = (rows! + 4) * columns! + 64;
    const input = memory.allocate((padded + outputFloats) * 4 + scratchBytes);
    const output = input + padded * 4;
    memory.floats.fill(0, input >>> 2, (input >>> 2) + padded).set(x, input >>> 2);
    memory.floats.fill(7, output >>> 2, (output >>> 2) + outputFloats);
    exports.linear(input, rows!, packed.pointer, output, 1, output + outputFloats * 4, wide);
    const all = memory.floats.slice(output >>> 2, (output >>> 2) + outputFloats);
    memory.release(input);
    const written = (Math.ceil(rows! / 4) * 4 * columns! + 32) | 0;
    assert.ok(
      all.subarray(written).every((value) => value === 7),
      `${rows}x${depth}x${columns} is written beyond its padding`,
    );
    return all.slice(0, rows! * columns!);
  }

  test(`${name}: both tiles of four rows compute the bits of one row at a time, at all sizes`, () => {
    const random = generator(17);
    for (const size of SIZES) {
      const [rows, depth, columns] = size;
      const x = random(rows * depth);
      if (x.length > 2) x.set([NaN, -0]);
      const packed = new WasmLinear(instance, random(columns * depth), columns, depth);
      packed.useBias(random(columns));
      const narrow = run(x, size, packed, 0);
      const where = `${rows}x${depth}x${columns}`;
      assert.equal(bitsOf(run(x, size, packed, 1)), bitsOf(narrow), `${where}, wide`);
      for (const row of new Set([0, rows >> 1, rows - 1])) {
        if (row < 0 || row >= rows) continue;
        const alone = run(x.slice(row * depth, (row + 1) * depth), [1, depth, columns], packed, 0);
        assert.equal(bitsOf(alone), bitsOf(narrow.slice(row * columns, (row + 1) * columns)), `${where}, row ${row}`);
      }
      packed.dispose();
    }
  });
}

test.run();
