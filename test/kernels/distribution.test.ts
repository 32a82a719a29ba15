import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { distribution, histogram, summarize } from '../../src/index.ts';
import { defaultEdges } from '../../src/kernels/histogram-edges.ts';
import type { Distribution, Numbers } from '../../src/kernels/kernels.ts';
import { normal, uniform } from './generator.ts';
import { BINARIES, IMPLEMENTATIONS } from './implementations.ts';
import { LENGTHS } from './sizes.ts';
import { checkSummary, DISTRIBUTIONS } from './summaries.ts';

const gauss = normal(41);
const random = uniform(42);

/** The first is counted by table, the second by search. */
const EDGES = [defaultEdges(), Float64Array.from({ length: 1001 }, (_, i) => i / 500 - 1)];
const TABLE = EDGES[0]!;

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

function checkSums({ sum, sumSquares }: Distribution, values: Numbers, where: string): void {
  const expected = exact(values);
  const size = Array.from(values).reduce((total, x) => total + Math.abs(x), 0);
  assert.ok(Math.abs(sum - expected.sum) <= 1e-12 * size, `${where}: sum ${sum}, not ${expected.sum}`);
  const bound = 1e-12 * expected.sumSquares;
  assert.ok(Math.abs(sumSquares - expected.sumSquares) <= bound, `${where}: squares ${sumSquares}`);
}

/** Multiples of 2 ** -24 that float32 holds. */
const dyadic = (x: number) => Math.fround(Math.round(x * 2 ** 20) / 2 ** 20);

/** Means far from zero, outliers, and steps where the pivot of the block before is far away. */
const SUMMED: Record<string, (i: number, n: number) => number> = {
  normal: () => dyadic(gauss()),
  'normal about a thousand': () => dyadic(1000 + gauss()),
  'steps of a million': (i) => dyadic((i & 4096 ? 1e6 : 0) + gauss()),
  'outlier in front': (i) => (i === 0 ? 1e30 : dyadic(gauss())),
  'outlier at the end': (i, n) => (i === n - 1 ? 1e30 : dyadic(gauss())),
  'one large block': (i) => (i < 4096 ? 2 ** 60 : dyadic(gauss())),
};

for (const kernels of IMPLEMENTATIONS) {
  for (const [name, value] of Object.entries(SUMMED)) {
    test(`${kernels.name}: distribution(${name}) has sums within 1e-12 of exact ones, at every length`, () => {
      for (const length of LENGTHS) {
        const values = Float32Array.from({ length }, (_, i) => value(i, length));
        for (const edges of EDGES) checkSums(kernels.distribution(values, edges), values, `${length} values`);
      }
    });
  }

  for (const [name, value] of Object.entries(DISTRIBUTIONS)) {
    test(`${kernels.name}: distribution(${name}) has exact counts and float64 statistics, at every length`, () => {
      for (const length of LENGTHS) {
        const values = Float32Array.from({ length }, (_, i) => value(i, length));
        for (const edges of EDGES) {
          const { min, max, ...found } = kernels.distribution(values, edges);
          const { counts, below, above, nan } = found;
          const where = `${length} values`;
          assert.equal({ counts, below, above, nan }, kernels.histogram(values, edges), where);
          checkSummary({ ...found, min: min + 0, max: max + 0 }, values, 1e-8, where);
        }
      }
    });
  }

  test(`${kernels.name}: distribution() counts a NaN, an infinity or a zero at any index`, () => {
    for (const length of [1, 7, 70, 300]) {
      const background = Float32Array.from({ length }, () => 2 + random());
      for (let at = 0; at < length; at++) {
        for (const odd of [NaN, Infinity, -Infinity, 0, -0]) {
          const values = Float32Array.from(background);
          values[at] = odd;
          for (const edges of EDGES) {
            const { min, max, ...found } = kernels.distribution(values, edges);
            checkSummary({ ...found, min: min + 0, max: max + 0 }, values, 1e-11, `${odd} at ${at} of ${length}`);
            checkSums({ ...found, min, max }, values.filter(Number.isFinite), `${odd} at ${at} of ${length}`);
          }
        }
      }
    }
  });

  test(`${kernels.name}: distribution() of whole numbers has whole sums`, () => {
    for (const scale of [1, 100, 1000]) {
      const values = Float32Array.from({ length: 100_003 }, () => Math.round(scale * (3 + gauss())));
      const { sum, sumSquares } = kernels.distribution(values, TABLE);
      assert.equal({ sum, sumSquares }, exact(values));
    }
  });

  test(`${kernels.name}: distribution() of few zeros keeps the sign of the last one`, () => {
    const { distribution } = kernels;
    assert.ok(Object.is(distribution(Float32Array.of(0, -0), TABLE).min, -0));
    assert.ok(Object.is(distribution(Float32Array.of(-0, 0), TABLE).min, 0));
    assert.ok(Object.is(distribution(Float32Array.of(0, 0, 0, 0, -0, -0, -0, -0), TABLE).max, -0));
    const many = new Float32Array(20);
    many[19] = -0;
    assert.ok(Object.is(distribution(many, TABLE).min, -0));
  });

  test(`${kernels.name}: distribution() of nothing`, () => {
    const { counts, ...rest } = kernels.distribution(new Float32Array(0), [0, 1, 2]);
    assert.equal([...counts], [0, 0]);
    const none = { below: 0, above: 0, nan: 0, count: 0, zeros: 0, positiveInfinity: 0, negativeInfinity: 0 };
    assert.equal(rest, { ...none, mean: NaN, variance: NaN, min: NaN, max: NaN, sum: 0, sumSquares: 0 });
  });

  test(`${kernels.name}: distribution() rounds no float64, and takes whole numbers`, () => {
    assert.is(kernels.distribution(Float64Array.of(1, 2 ** -40), TABLE).sum, 1 + 2 ** -40);
    const { min, max, sum, sumSquares } = kernels.distribution(Uint8Array.of(200, 100, 3, 4, 5), TABLE);
    assert.equal({ min, max, sum, sumSquares }, { min: 3, max: 200, sum: 312, sumSquares: 50_050 });
  });
}

for (const { kernels, inside } of BINARIES) {
  test(`${kernels.name}: distribution() reads values in WebAssembly memory in place`, () => {
    const values = Float32Array.from({ length: 70_003 }, gauss);
    for (const edges of EDGES) {
      const [placed, copied] = [kernels.distribution(inside(values), edges), kernels.distribution(values, edges)];
      assert.equal([...placed.counts], [...copied.counts]);
      assert.ok(Math.abs(placed.sum - copied.sum) < 1e-9);
    }
  });
}

test('distribution() is histogram() and summarize() in one, with zeros that are 0', () => {
  const values = [-1, -0, 0.5, 1, 1.5, 2, 3, NaN, -Infinity];
  const { sum, sumSquares, counts, below, above, ...summary } = distribution(values, [0, 1, 2]);
  assert.equal({ counts, below, above, nan: summary.nan }, histogram(values, [0, 1, 2]));
  assert.equal(summary, summarize(values));
  assert.equal({ sum, sumSquares }, { sum: 7, sumSquares: 17.5 });
  assert.ok(Object.is(distribution([-0], [0, 1]).min, 0) && Object.is(distribution([-0], [0, 1]).max, 0));
});

test('distribution() refuses bad values and edges', () => {
  assert.throws(() => distribution([1, '2'] as never, [0, 1]), /^distribution\(\): values\[1\] must be a number/);
  assert.throws(() => distribution([1], [1, 0]), /^distribution\(\): edges must ascend, got 0 after 1 at index 1$/);
});

test.run();
