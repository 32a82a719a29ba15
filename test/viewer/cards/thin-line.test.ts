import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { thinLine } from '../../../viewer/cards/thin-line.ts';

const pairs = (points: readonly number[]) =>
  Array.from({ length: points.length / 2 }, (_, i) => [points[2 * i]!, points[2 * i + 1]!] as const);

test('a line with a point a pixel stays as it is', () => {
  assert.equal(thinLine([0, 1, 2], [5, 3, 4]), [0, 5, 1, 3, 2, 4]);
});

test('of many points in a pixel column, the first, the smallest, the largest and the last stay, in their order', () => {
  const x = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 1];
  assert.equal(thinLine(x, [3, 9, 4, 1, 5, 4, 2]), [0.1, 3, 0.2, 9, 0.4, 1, 0.6, 4, 1, 2]);
});

test('what is drawn of a long line reaches as far in each pixel column, and is short', () => {
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

test('a gap stays a gap, and numbers beside it stay', () => {
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
