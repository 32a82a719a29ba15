import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BINARIES, IMPLEMENTATIONS } from './implementations.ts';
import { LENGTHS } from './sizes.ts';

/** By hand, from PyTorch: NaN and -0 stay. */
const VALUES = [NaN, -0, 0, -Infinity, Infinity, -1, 1, 1e-45, -1e-45];
const RECTIFIED = [NaN, -0, 0, 0, Infinity, 0, 1, 1e-45, 0].map(Math.fround);

const mixed = (length: number) => Float32Array.from({ length }, (_, i) => VALUES[(i * 5) % 9]!);

/** As integers, NaN is equal to itself. */
const bits = ({ buffer, byteOffset, length }: Float32Array) => new Uint32Array(buffer, byteOffset, length);

function check(output: Float32Array, length: number): void {
  assert.is(output.length, length);
  for (let i = 0; i < length; i++) {
    const expected = RECTIFIED[(i * 5) % 9];
    if (!Object.is(output[i], expected)) assert.unreachable(`${length}: ${output[i]} at ${i}, not ${expected}`);
  }
}

for (const kernels of IMPLEMENTATIONS) {
  test(`${kernels.name}: relu() keeps NaN and -0 as PyTorch does, at every length`, () => {
    for (const length of LENGTHS) check(kernels.relu(mixed(length)), length);
  });

  test(`${kernels.name}: relu() gives a new array and leaves its input`, () => {
    const input = mixed(100);
    const output = kernels.relu(input);
    assert.ok(output.buffer !== input.buffer);
    assert.equal(bits(input), bits(mixed(100)));
    output.fill(7);
    check(kernels.relu(input), 100);
  });
}

for (const { kernels, inside } of BINARIES) {
  test(`${kernels.name}: relu() takes values that lie in WebAssembly memory, and leaves them`, () => {
    for (const length of [0, 1, 70, 70_001]) {
      const input = inside(mixed(length));
      check(kernels.relu(input), length);
      assert.equal(bits(input), bits(mixed(length)));
    }
  });
}

test.run();
