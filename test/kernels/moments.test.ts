import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Numbers } from '../../src/kernels/kernels.ts';
import { normal } from './generator.ts';
import { BINARIES, IMPLEMENTATIONS } from './implementations.ts';
import { LENGTHS } from './sizes.ts';

const gauss = normal(41);

/** Sums of whole numbers, which BigInt adds exactly; here of values times 2 ** 24. */
function exact(values: Numbers): { sum: number; sumSquares: number } {
  let [sum, squares] = [0n, 0n];
  for (let i = 0; i < values.length; i++) {
    const whole = BigInt(values[i]! * 2 ** 24);
    sum += whole;
    squares += whole * whole;
  }
  return { sum: Number(sum) / 2 ** 24, sumSquares: Number(squares) / 2 ** 48 };
}

/** Multiples of 2 ** -24 that float32 holds. */
const dyadic = (length: number) =>
  Float32Array.from({ length }, () => Math.fround(Math.round(gauss() * 2 ** 20) / 2 ** 20));

for (const { name, moments } of IMPLEMENTATIONS) {
  test(`${name}: moments() agree with exact sums, at every length`, () => {
    for (const length of LENGTHS) {
      const values = dyadic(length);
      const { min, max, sum, sumSquares } = moments(values);
      const expected = exact(values);
      const size = values.reduce((total, x) => total + Math.abs(x), 0);
      assert.ok(Math.abs(sum - expected.sum) <= 1e-12 * size, `${length} values: sum ${sum}, not ${expected.sum}`);
      assert.ok(Math.abs(sumSquares - expected.sumSquares) <= 1e-12 * expected.sumSquares, `${length} values: squares`);
      assert.is(
        min,
        values.reduce((a, b) => Math.min(a, b), Infinity),
        `${length} values`,
      );
      assert.is(
        max,
        values.reduce((a, b) => Math.max(a, b), -Infinity),
        `${length} values`,
      );
    }
  });

  test(`${name}: moments() sees each value, wherever it stands`, () => {
    for (const length of [1, 3, 4, 5, 70]) {
      for (let at = 0; at < length; at++) {
        const values = new Float32Array(length).fill(1);
        values[at] = 5;
        assert.equal(moments(values), { min: length === 1 ? 5 : 1, max: 5, sum: length + 4, sumSquares: length + 24 });
        values[at] = -3;
        assert.equal(moments(values), { min: -3, max: length === 1 ? -3 : 1, sum: length - 4, sumSquares: length + 8 });
        for (const odd of [NaN, Infinity, -Infinity]) {
          values[at] = odd;
          assert.not(Number.isFinite(moments(values).sumSquares), `${odd} at ${at} of ${length}`);
        }
      }
    }
  });

  test(`${name}: moments() of few zeros have the sign of the last one`, () => {
    assert.ok(Object.is(moments(Float32Array.of(0, -0)).min, -0));
    assert.ok(Object.is(moments(Float32Array.of(-0, 0)).min, 0));
    assert.ok(Object.is(moments(Float32Array.of(0, 0, 0, 0, -0, -0, -0, -0)).max, -0));
  });

  test(`${name}: moments() round no float64, and take whole numbers`, () => {
    assert.is(moments(Float64Array.of(1, 2 ** -40)).sum, 1 + 2 ** -40);
    assert.equal(moments(Uint8Array.of(200, 100, 3, 4, 5)), { min: 3, max: 200, sum: 312, sumSquares: 50_050 });
  });
}

for (const { kernels, inside } of BINARIES) {
  test(`${kernels.name}: moments() take values that lie in WebAssembly memory as they are`, () => {
    const values = dyadic(70_003);
    assert.equal(kernels.moments(inside(values)).sum, kernels.moments(values).sum);
  });
}

test.run();
