import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ScalarSeries } from '../../../viewer/data/scalar-series.ts';

test('ScalarSeries keeps the last number of each step, in the order of steps', () => {
  const numbers = fc.array(fc.tuple(fc.nat(50), fc.double()), { maxLength: 80 });
  fc.assert(
    fc.property(numbers, fc.option(fc.nat(60)), (points, purge) => {
      const series = new ScalarSeries();
      for (const [step, value] of points) series.add(step, step + 0.5, value);
      if (purge !== null) series.purge(purge);
      const twin = [...new Map(points)].sort(([a], [b]) => a - b).filter(([step]) => step < (purge ?? Infinity));
      assert.is(series.length, twin.length);
      assert.equal(
        [...series.steps],
        twin.map(([step]) => step),
      );
      assert.equal(
        [...series.values],
        twin.map(([, value]) => value),
      );
      assert.equal(
        [...series.wallTimes],
        twin.map(([step]) => step + 0.5),
      );
    }),
    { numRuns: 300 },
  );
});

test('ScalarSeries.shrink() halves, and keeps the ends, the extremes and NaN', () => {
  const series = new ScalarSeries();
  for (let step = 0; step < 1000; step++) {
    series.add(step, step, step === 333 ? 1e9 : step === 500 ? -1e9 : step === 700 ? Number.NaN : Math.sin(step));
  }
  const before = series.bytes;
  assert.ok(series.shrink());
  assert.ok(series.length >= 490 && series.length <= 510, String(series.length));
  assert.ok(series.bytes < before * 0.6);
  assert.equal([series.steps[0], series.steps.at(-1)], [0, 999]);
  const at = (step: number) => series.values[series.steps.indexOf(step)];
  assert.equal([at(333), at(500), at(700)], [1e9, -1e9, Number.NaN]);
  assert.equal(
    [...series.steps],
    [...series.steps].sort((a, b) => a - b),
  );
  while (series.shrink());
  assert.ok(series.length < 8);
});

test.run();
