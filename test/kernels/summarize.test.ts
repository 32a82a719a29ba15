import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { summarize } from '../../src/index.ts';
import { reference } from '../../src/kernels/reference.ts';
import { normal, uniform } from './generator.ts';
import { BINARIES, IMPLEMENTATIONS } from './implementations.ts';
import { LENGTHS } from './sizes.ts';
import { checkSummary, DISTRIBUTIONS } from './summaries.ts';

const random = uniform(5);
const gauss = normal(6);

for (const kernels of IMPLEMENTATIONS) {
  // In float32 within 256 values. The twin is in float64 throughout.
  const tolerance = kernels === reference ? 1e-11 : 1e-6;

  for (const [name, value] of Object.entries(DISTRIBUTIONS)) {
    test(`${kernels.name}: summarize(${name}) agrees with two passes in float64, at every length`, () => {
      for (const length of LENGTHS) {
        const values = Float32Array.from({ length }, (_, i) => value(i, length));
        // Below 256 values, sums are in float64.
        checkSummary(kernels.summarize(values), values, length < 256 ? 1e-11 : tolerance, `${length} values`);
      }
    });
  }

  test(`${kernels.name}: summarize() counts a NaN, an infinity or a zero at any index`, () => {
    for (const length of [1, 7, 70, 300]) {
      const background = Float32Array.from({ length }, () => 2 + random());
      for (let at = 0; at < length; at++) {
        for (const odd of [NaN, Infinity, -Infinity, 0, -0]) {
          const values = Float32Array.from(background);
          values[at] = odd;
          checkSummary(kernels.summarize(values), values, tolerance, `${odd} at ${at} of ${length}`);
        }
      }
    }
  });

  test(`${kernels.name}: summarize() of equal values has no variance`, () => {
    for (const value of [0.1, -1e6 / 3, 1e-20, 1e-45, 3.4e38, 0, -0, 16_777_215]) {
      for (const length of [1, 3, 255, 256, 5000]) {
        const values = new Float32Array(length).fill(value);
        const { mean, variance, min, max } = kernels.summarize(values);
        const same = values[0]! + 0;
        const where = `${length} times ${value}`;
        assert.equal({ min, max, variance }, { min: same, max: same, variance: 0 }, where);
        if (kernels !== reference) assert.ok(Object.is(mean, same), `${where}: mean ${mean}`);
      }
    }
  });

  test(`${kernels.name}: summarize() without a finite value has NaN for mean, variance and extremes`, () => {
    for (const [value, name] of [
      [NaN, 'nan'],
      [Infinity, 'positiveInfinity'],
      [-Infinity, 'negativeInfinity'],
    ] as const) {
      for (const length of LENGTHS) {
        const { mean, variance, min, max, ...counts } = kernels.summarize(new Float32Array(length).fill(value));
        assert.ok([mean, variance, min, max].every(Number.isNaN), `${[mean, variance, min, max]}`);
        const none = { count: length, zeros: 0, nan: 0, positiveInfinity: 0, negativeInfinity: 0 };
        assert.equal(counts, { ...none, [name]: length });
      }
    }
  });

  test(`${kernels.name}: summarize() reports a zero minimum or maximum as 0, never -0`, () => {
    for (const zeros of [
      [0, -0],
      [-0, 0],
      [-0, -0],
      [-0, 0, 0, 0, 0, 0, 0, 0, -0],
    ]) {
      for (const others of [[], [1], [-1], new Array(300).fill(1), new Array(300).fill(-1)]) {
        const { min, max, zeros: count } = kernels.summarize(Float32Array.from([...zeros, ...others]));
        assert.ok(!Object.is(min, -0) && !Object.is(max, -0), `min ${min}, max ${max}`);
        assert.is(count, zeros.length);
      }
    }
  });

  test(`${kernels.name}: summarize() rounds no float64`, () => {
    const precise = [1 + 2 ** -40, 1 - 2 ** -40, 1e150, -1e150, 1e-150];
    for (const values of [precise, Float64Array.from(precise), Int32Array.of(16_777_217, -2_147_483_647)]) {
      checkSummary(kernels.summarize(values), values, 1e-11, Object.prototype.toString.call(values));
    }
  });

  test(`${kernels.name}: summarize() takes small integers too`, () => {
    const values = Array.from({ length: 70_000 }, (_, i) => (i * 7) % 100);
    for (const TypedArray of [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array]) {
      checkSummary(kernels.summarize(TypedArray.from(values)), values, tolerance, TypedArray.name);
    }
  });
}

for (const { kernels, inside } of BINARIES) {
  test(`${kernels.name}: summarize() reads values in WebAssembly memory in place`, () => {
    for (const length of [1, 70, 5000, 200_003]) {
      const values = Float32Array.from({ length }, () => 10 + gauss());
      const lying = inside(values);
      checkSummary(kernels.summarize(lying), values, 1e-6, `${length} values`);
      const odd = inside(values).subarray(1);
      checkSummary(kernels.summarize(odd), values.subarray(1), 1e-6, `${length} values, not aligned to a vector`);
    }
  });
}

test('summarize() of a million values is within its documented error', () => {
  for (const [name, value] of Object.entries(DISTRIBUTIONS)) {
    const length = 1_000_003;
    const values = Float32Array.from({ length }, (_, i) => value(i, length));
    for (const { kernels } of BINARIES) {
      checkSummary(kernels.summarize(values), values, name === 'normal' ? 1e-8 : 2e-7, `${kernels.name}, ${name}`);
    }
  }
});

test('summarize() names the element that is not a number', () => {
  // biome-ignore lint/suspicious/noSparseArray: a hole is one of the cases
  const holes = [1, , 3];
  const cases: [unknown, string][] = [
    [holes, 'values[1] must be a number, got undefined'],
    [[1, 2, '3'], 'values[2] must be a number, got the string "3"'],
    [[null], 'values[0] must be a number, got null'],
    [[0, [1]], 'values[1] must be a number, got an array of length 1'],
  ];
  for (const [values, message] of cases) {
    assert.throws(
      () => summarize(values as number[]),
      (error: Error) => error instanceof TypeError && error.message === `summarize(): ${message}`,
    );
  }
});

test('summarize() refuses anything but an array of numbers', () => {
  const cases: [unknown, string][] = [
    [undefined, 'undefined'],
    [5, 'the number 5'],
    ['12', 'the string "12"'],
    [{ length: 3 }, 'an Object'],
    [new DataView(new ArrayBuffer(8)), 'a DataView'],
    [new ArrayBuffer(8), 'an ArrayBuffer'],
    [new Set([1]), 'a Set'],
  ];
  for (const [values, message] of cases) {
    assert.throws(
      () => summarize(values as number[]),
      (error: Error) =>
        error instanceof TypeError &&
        error.message === `summarize(): values must be an array of numbers, got ${message}`,
    );
  }
});

test.run();
