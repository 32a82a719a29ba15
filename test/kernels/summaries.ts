/** Exact statistics, and distributions that are hard to sum. */
import * as assert from 'uvu/assert';
import type { Numbers, Summary } from '../../src/kernels/kernels.ts';
import { normal, uniform } from './generator.ts';

/** In float64, with two passes and a correction of the first one's rounding. */
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
export function checkSummary(actual: Summary, values: Numbers, tolerance: number, where: string): void {
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
export const DISTRIBUTIONS: Record<string, (i: number, n: number) => number> = {
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
