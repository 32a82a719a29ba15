import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { smooth, thinLine } from '../../../viewer/scalars/scalar-lines.ts';

const VALUES = [2.5, -1, 0.25, 8, 8, -3.5, 1e6, 0.125];

/** From pandas 2: `Series(VALUES).ewm(alpha=1 - weight, adjust=True).mean()`. */
const PANDAS: Record<string, number[]> = {
  0.6: [
    2.5, 0.3125, 0.2806122448979592, 3.8281249999999996, 5.637578070784178, 1.8036721267454352, 411520.98557375756,
    244100.62213263937,
  ],
  0.9: [
    2.5, 0.6578947368421053, 0.507380073800738, 2.6861006106426286, 3.983724451173353, 2.3865457711835645,
    191681.83285426136, 158025.87638961928,
  ],
  0.999: [
    2.5, 0.7491245622811405, 0.5825832223612871, 2.43972126716441, 3.554003350447988, 2.3753935265676893,
    143288.32103192408, 125314.51386234516,
  ],
};

const close = (got: ArrayLike<number>, wanted: readonly number[]) => {
  assert.is(got.length, wanted.length);
  for (const [i, value] of wanted.entries()) {
    // pandas and the recurrence round differently; the weights of 0.999 lose three digits to the subtraction from 1.
    assert.ok(Math.abs(got[i]! - value) <= 1e-11 * Math.max(1, Math.abs(value)), `${i}: ${got[i]} and ${value}`);
  }
};

for (const [weight, wanted] of Object.entries(PANDAS)) {
  test(`smooth() with weight ${weight} agrees with pandas`, () => close(smooth(VALUES, Number(weight)), wanted));
}

test("smooth() is TensorBoard's weighted mean of all past values", () => {
  // In closed form: a value that is n steps old has the weight weight^n.
  const weight = 0.8;
  const wanted = VALUES.map((_, i) => {
    const past = VALUES.slice(0, i + 1).map((value, j) => [value, weight ** (i - j)] as const);
    return past.reduce((sum, [value, w]) => sum + value * w, 0) / past.reduce((sum, [, w]) => sum + w, 0);
  });
  close(smooth(VALUES, weight), wanted);
});

test('smooth() keeps NaN and infinities, and ignores them in the mean', () => {
  // pandas: ewm(alpha=0.4, ignore_na=True) of the finite ones.
  assert.equal([...smooth([1, Number.NaN, 3, Number.POSITIVE_INFINITY], 0.6)].slice(0, 2), [1, Number.NaN]);
  const smoothed = smooth([1, Number.NaN, 3, Number.POSITIVE_INFINITY, -2], 0.6);
  close([smoothed[0]!, smoothed[2]!, smoothed[4]!], [1, 2.25, 0.08163265306122457]);
  assert.is(smoothed[3], Number.POSITIVE_INFINITY);
});

test('smooth() changes nothing with weight 0, for a constant series, and for an empty one', () => {
  assert.equal([...smooth(VALUES, 0)], VALUES);
  // 0.1 repeated would become 0.1 ± rounding otherwise.
  assert.equal([...smooth([0.1, 0.1, 0.1], 0.9)], [0.1, 0.1, 0.1]);
  assert.equal([...smooth([], 0.9)], []);
});

test('smooth() does not change its input', () => {
  const values = Float64Array.from(VALUES);
  smooth(values, 0.9);
  assert.equal([...values], VALUES);
});

const pairs = (points: readonly number[]) =>
  Array.from({ length: points.length / 2 }, (_, i) => [points[2 * i]!, points[2 * i + 1]!] as const);

test('thinLine() keeps a line with one point per pixel', () => {
  assert.equal(thinLine([0, 1, 2], [5, 3, 4]), [0, 5, 1, 3, 2, 4]);
});

test('thinLine() keeps the first, smallest, largest and last point of a pixel column, in order', () => {
  const x = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 1];
  assert.equal(thinLine(x, [3, 9, 4, 1, 5, 4, 2]), [0.1, 3, 0.2, 9, 0.4, 1, 0.6, 4, 1, 2]);
});

test('thinLine() of a long line is short, and has the same extremes in each pixel column', () => {
  const n = 50_000;
  const x = Float64Array.from({ length: n }, (_, i) => (i / n) * 300);
  const y = Float64Array.from({ length: n }, (_, i) => Math.sin(i * 12.9898) * 43758.5453 - Math.floor(i / 77));
  const points = pairs(thinLine(x, y));
  assert.ok(points.length <= 4 * 300);
  for (let column = 0; column < 300; column++) {
    const all = [...y].filter((_, i) => Math.floor(x[i]!) === column);
    const drawn = points.filter(([at]) => Math.floor(at) === column).map(([, value]) => value);
    assert.is(Math.max(...drawn), Math.max(...all));
    assert.is(Math.min(...drawn), Math.min(...all));
  }
});

test('thinLine() keeps gaps and the values beside them', () => {
  const points = pairs(thinLine([0.1, 0.2, 0.3, 0.4], [1, Number.NaN, 7, 2]));
  assert.ok(points.some(([, y]) => Number.isNaN(y)));
  assert.equal(
    points.filter(([, y]) => !Number.isNaN(y)).map(([, y]) => y),
    [1, 7, 2],
  );
  assert.equal(
    thinLine([0.1, 0.2, 0.3], [Number.NaN, Number.NaN, 5]).filter((v) => v === 5),
    [5],
  );
  assert.equal(thinLine([], []), []);
});

test.run();
