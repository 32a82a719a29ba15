import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { summarize } from '../../src/index.ts';
import type { Numbers, Summary } from '../../src/kernels/kernels.ts';
import { reference } from '../../src/kernels/reference.ts';
import { normal, uniform } from './generator.ts';
import { BINARIES, IMPLEMENTATIONS } from './implementations.ts';
import { LENGTHS } from './sizes.ts';

/** In float64, with two passes and a correction of what the first one rounded off. */
function exact(values: Numbers): Summary {
  const finite = Float64Array.from(values).filter(Number.isFinite);
  const n = finite.length;
  let [sum, rest, squares] = [0, 0, 0];
  for (const x of finite) sum += x;
  for (const x of finite) {
    rest += x - sum / n;
    squares += (x - sum / n) ** 2;
  }
  const sorted = finite.sort();
  const count = (is: (x: number) => boolean) => {
    let found = 0;
    for (let i = 0; i < values.length; i++) if (is(values[i]!)) found++;
    return found;
  };
  return {
    count: values.length,
    mean: sum / n + rest / n,
    variance: squares / n - (rest / n) ** 2,
    min: n === 0 ? NaN : sorted[0]! + 0,
    max: n === 0 ? NaN : sorted[n - 1]! + 0,
    zeros: count((x) => x === 0),
    nan: count(Number.isNaN),
    positiveInfinity: count((x) => x === Infinity),
    negativeInfinity: count((x) => x === -Infinity),
  };
}

/** The mean within `tolerance` standard deviations, the variance within that share of itself; the rest to the bit. */
function check(actual: Summary, values: Numbers, tolerance: number, where: string): void {
  const expected = exact(values);
  const { mean, variance } = actual;
  const deviation = Math.sqrt(expected.variance);
  for (const name of ['count', 'min', 'max', 'zeros', 'nan', 'positiveInfinity', 'negativeInfinity'] as const) {
    assert.ok(Object.is(actual[name], expected[name]), `${where}: ${name} ${actual[name]}, not ${expected[name]}`);
  }
  if (Number.isNaN(expected.mean)) {
    assert.ok(Number.isNaN(mean) && Number.isNaN(variance), `${where}: ${mean}, ${variance}, not NaN`);
    return;
  }
  // The mean itself is a float64.
  const meanBound = tolerance * deviation + 1e-15 * Math.abs(expected.mean);
  assert.ok(Math.abs(mean - expected.mean) <= meanBound, `${where}: mean ${mean}, not ${expected.mean}`);
  const varianceBound = tolerance * expected.variance;
  assert.ok(
    Math.abs(variance - expected.variance) <= varianceBound,
    `${where}: variance ${variance}, not ${expected.variance}`,
  );
}

const random = uniform(5);
const gauss = normal(6);

/** By name, values of a distribution: the i-th of n. */
const DISTRIBUTIONS: Record<string, (i: number, n: number) => number> = {
  normal: () => gauss(),
  'uniform, positive': () => random() + 1,
  'normal about a million': () => 1e6 + gauss(),
  'a little noise about -1e6': () => -1e6 + random() / 10,
  ramp: (i) => i,
  'flat ramp far from zero': (i) => 1e4 + i / 1000,
  'steps of a million': (i) => (i & 1024 ? 1e6 : 0) + gauss(),
  'steps beside the blocks': (i) => (Math.floor(i / 1536) % 2) * 1e6 + gauss(),
  'a million every other time': (i) => (i & 1) * 1e6 + gauss(),
  'outlier in front': (i) => (i === 0 ? 1e6 : 1 + gauss() / 1000),
  'outlier at the end': (i, n) => (i === n - 1 ? 1e6 : 1 + gauss() / 1000),
  'another world at the end': (i, n) => (i < n * 0.99 ? 1 + gauss() / 1000 : 1e4 + gauss()),
  'few large values': (i) => (i % 1000 === 0 ? 1e4 : gauss() / 1000),
  'lognormal(5)': () => Math.exp(5 * gauss()),
  'scale 1e25': () => 1e25 * gauss(),
  'scale 1e-20': () => 1e-20 * gauss(),
  denormals: () => 1e-40 * gauss(),
  'everything float32 has': () => 3.4e38 * random(),
  'where squares nearly vanish': () => 3e-13 * gauss(),
  'where squares nearly overflow': () => 6e17 * gauss(),
  'after a ReLU': () => Math.max(0, gauss()),
  'half zeros of both signs': () => (random() > 0 ? gauss() : random() > 0 ? 0 : -0),
  'NaN here and there': () => (random() > 0.6 ? NaN : 3 + gauss()),
  'infinities here and there': () => (random() > 0.6 ? Infinity : random() > 0.6 ? -Infinity : gauss()),
  'one NaN in 5000': (i) => (i % 5000 === 4321 ? NaN : 100 + gauss()),
};

for (const kernels of IMPLEMENTATIONS) {
  // In float32 within 256 values. The twin is in float64 throughout.
  const tolerance = kernels === reference ? 1e-11 : 1e-6;

  for (const [name, value] of Object.entries(DISTRIBUTIONS)) {
    test(`${kernels.name}: summarize(${name}) agrees with two passes in float64, at every length`, () => {
      for (const length of LENGTHS) {
        const values = Float32Array.from({ length }, (_, i) => value(i, length));
        // Below 256 values, sums are in float64.
        check(kernels.summarize(values), values, length < 256 ? 1e-11 : tolerance, `${length} values`);
      }
    });
  }

  test(`${kernels.name}: summarize() counts a NaN, an infinity or a zero wherever it stands`, () => {
    for (const length of [1, 7, 70, 300]) {
      const background = Float32Array.from({ length }, () => 2 + random());
      for (let at = 0; at < length; at++) {
        for (const odd of [NaN, Infinity, -Infinity, 0, -0]) {
          const values = Float32Array.from(background);
          values[at] = odd;
          check(kernels.summarize(values), values, tolerance, `${odd} at ${at} of ${length}`);
        }
      }
    }
  });

  test(`${kernels.name}: summarize() of one value for ever: no variance at all`, () => {
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

  test(`${kernels.name}: summarize() of nothing, of NaN alone and of infinities alone has NaN for moments`, () => {
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

  test(`${kernels.name}: summarize() reports a zero minimum or maximum as 0, whatever the zeros' signs`, () => {
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
      check(kernels.summarize(values), values, 1e-11, Object.prototype.toString.call(values));
    }
  });

  test(`${kernels.name}: summarize() takes small integers too`, () => {
    const values = Array.from({ length: 70_000 }, (_, i) => (i * 7) % 100);
    for (const TypedArray of [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array]) {
      check(kernels.summarize(TypedArray.from(values)), values, tolerance, TypedArray.name);
    }
  });
}

for (const { kernels, inside } of BINARIES) {
  test(`${kernels.name}: summarize() takes values that lie in WebAssembly memory as they are`, () => {
    for (const length of [1, 70, 5000, 200_003]) {
      const values = Float32Array.from({ length }, () => 10 + gauss());
      const lying = inside(values);
      check(kernels.summarize(lying), values, 1e-6, `${length} values`);
      const odd = inside(values).subarray(1);
      check(kernels.summarize(odd), values.subarray(1), 1e-6, `${length} values, not aligned to a vector`);
    }
  });
}

test('summarize() of a million values is within the figures of its documentation', () => {
  for (const [name, value] of Object.entries(DISTRIBUTIONS)) {
    const length = 1_000_003;
    const values = Float32Array.from({ length }, (_, i) => value(i, length));
    for (const { kernels } of BINARIES) {
      check(kernels.summarize(values), values, name === 'normal' ? 1e-8 : 2e-7, `${kernels.name}, ${name}`);
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
