// The sizes of real layers, those that the benchmark times: outputs spread over the whole against float64 sums.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type BinaryName, binaryBytes } from '../../src/kernels/binary.ts';
import { WasmInstance } from '../../src/kernels/instance.ts';
import { wasmKernels } from '../../src/kernels/wasm.ts';
import { exactOutput } from './exact.ts';
import { generator } from './generator.ts';
import layerSizes from './layer-sizes.json' with { type: 'json' };

/** A prime, so that the outputs looked at fall into every column and row of the tiles. */
const STRIDE = 4099;

for (const name of ['simd', 'relaxed'] satisfies BinaryName[]) {
  test(`${name}: Linear and ReLU are within n·ε·Σ|xw| of float64 sums at the sizes of real layers`, () => {
    const kernels = wasmKernels(name, WasmInstance.make(binaryBytes(name)));
    for (const [rows, depth, columns] of layerSizes as [number, number, number][]) {
      const random = generator(rows + depth + columns);
      const [x, w, b] = [random(rows * depth), random(columns * depth), random(columns)];
      const packed = kernels.pack(w, columns, depth);
      const output = kernels.fuse([{ packed, bias: b, relu: true }]).run(x, rows);
      packed.dispose();
      assert.is(output.length, rows * columns);
      for (let i = 0; i < output.length; i += output.length > STRIDE ? STRIDE : 1) {
        const { sum, bound } = exactOutput(x, w, b, depth, columns, i);
        const where = `${rows}x${depth}x${columns} output ${i}: ${output[i]} is not ${sum}`;
        assert.ok(Math.abs(output[i]! - Math.max(sum, 0)) <= bound, where);
      }
    }
  });
}

test.run();
