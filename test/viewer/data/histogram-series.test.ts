// Against a twin that is an array of points.
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DEFAULT_EDGES } from '../../../viewer/data/clamped-bins.ts';
import { HistogramSeries } from '../../../viewer/data/histogram-series.ts';
import type { HistogramPoint } from '../../../viewer/data/points.ts';
import { histogramPoint } from './point.ts';

const edges = DEFAULT_EDGES;

/** Points of shared and of other edges. */
const points = fc
  .tuple(
    fc.nat(60),
    fc.constantFrom('shared', 'own', 'same'),
    fc.array(fc.nat(400), { minLength: 1, maxLength: 8 }),
    fc.nat(1500),
  )
  .map(([step, kind, counts, at]) => {
    const size = counts.length + 1;
    const own = Array.from({ length: size }, (_, i) => (i * (at + 1)) / 7 - 3);
    const same = Array.from({ length: size }, (_, i) => i);
    const some = kind === 'shared' ? [...edges.subarray(at, at + size)] : kind === 'own' ? own : same;
    return histogramPoint(step, some, counts, { mean: at, std: counts.length, zeros: counts[0]!, nan: at % 3 });
  });

function check(series: HistogramSeries, twin: readonly HistogramPoint[]): void {
  assert.is(series.length, twin.length);
  twin.forEach(({ step, wallTime, bins, summary }, column) => {
    assert.equal(
      [series.firstStep(column), series.lastStep(column), series.wallTime(column), series.points(column)],
      [step, step, wallTime, 1],
    );
    assert.equal(series.bins(column), bins);
    assert.equal(series.summary(column), summary);
    assert.is(series.statistic('mean', column), summary.mean);
    assert.equal(series.statistic('zeros', column), summary.zeros / summary.count);
    assert.equal(series.statistic('nonFinite', column), summary.nan / summary.count);
  });
}

test('HistogramSeries keeps the last point of each step, unchanged, in the order of steps', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof({ weight: 20, arbitrary: points }, fc.nat(60)), { maxLength: 60 }), (actions) => {
      const series = new HistogramSeries();
      let twin: HistogramPoint[] = [];
      for (const action of actions) {
        if (typeof action === 'number') {
          series.purge(action);
          twin = twin.filter(({ step }) => step < action);
        } else {
          series.add(action);
          twin = [...twin.filter(({ step }) => step !== action.step), action].sort((a, b) => a.step - b.step);
        }
      }
      check(series, twin);
    }),
    { numRuns: 300 },
  );
});

test('HistogramSeries.shrink() keeps all values and all steps', () => {
  fc.assert(
    fc.property(fc.uniqueArray(points, { selector: ({ step }) => step, minLength: 2 }), fc.nat(3), (some, times) => {
      const series = new HistogramSeries();
      for (const point of some) series.add(point);
      for (let i = 0; i <= times; i++) {
        const before = series.length;
        assert.is(series.shrink(), before > 1);
        assert.ok(before < 2 || series.length <= before * 0.75, `${series.length} of ${before}`);
      }
      const steps = some.map(({ step }) => step);
      const columns = Array.from({ length: series.length }, (_, column) => column);
      const sum = (of: (column: number) => number) => columns.reduce((so, column) => so + of(column), 0);
      assert.is(series.firstStep(0), Math.min(...steps));
      assert.is(series.lastStep(series.length - 1), Math.max(...steps));
      assert.is(
        sum((column) => series.points(column)),
        some.length,
      );
      const counted = some.reduce((so, { summary }) => so + summary.count, 0);
      assert.is(
        sum((column) => series.bins(column).counts.reduce((so, one) => so + one, 0)),
        counted,
      );
      assert.is(
        sum((column) => series.statistic('count', column)),
        counted,
      );
      for (const column of columns.slice(1)) assert.ok(series.firstStep(column) > series.lastStep(column - 1));
    }),
    { numRuns: 300 },
  );
});

test('HistogramSeries.shrink() adds points of one set of edges exactly, and pools their moments', () => {
  const series = new HistogramSeries();
  // 1 and 3 (mean 2, deviation 1), and 6 twice.
  series.add(histogramPoint(3, [0, 2, 4, 8], [1, 1, 0], { mean: 2, std: 1, min: 1, max: 3 }));
  series.add(histogramPoint(5, [0, 2, 4, 8], [0, 0, 2], { mean: 6, std: 0, min: 6, max: 6, zeros: Number.NaN }));
  series.shrink();
  assert.is(series.length, 1);
  assert.equal([series.firstStep(0), series.lastStep(0), series.points(0)], [3, 5, 2]);
  assert.equal([...series.bins(0).counts], [1, 1, 2]);
  const { mean, std, min, max, zeros } = series.summary(0);
  // numpy: np.std([1, 3, 6, 6]) is 2.1213203435596424
  assert.equal([mean, std, min, max, zeros], [4, 2.1213203435596424, 1, 6, Number.NaN]);
});

test('HistogramSeries.shrink() takes columns of few points first', () => {
  const series = new HistogramSeries();
  for (let step = 0; step < 8; step++) series.add(histogramPoint(step, [0, 1], [1]));
  series.shrink();
  for (let step = 8; step < 16; step++) series.add(histogramPoint(step, [0, 1], [1]));
  series.shrink();
  const points = Array.from({ length: series.length }, (_, column) => series.points(column));
  assert.equal(points, [2, 2, 2, 2, 2, 2, 2, 2]);
});

test('HistogramSeries adds a point to the column of its step', () => {
  const series = new HistogramSeries();
  for (const step of [0, 10]) series.add(histogramPoint(step, [0, 1], [1]));
  series.shrink();
  series.add(histogramPoint(5, [0, 1], [4]));
  assert.equal([series.length, series.points(0), series.bins(0).counts[0]], [1, 3, 6]);
});

test('HistogramSeries.columnAt() finds the nearest column', () => {
  const series = new HistogramSeries();
  assert.is(series.columnAt(3), -1);
  for (const step of [10, 20, 100]) series.add(histogramPoint(step, [0, 1], [1]));
  assert.equal(
    [-5, 10, 14, 15, 16, 20, 59, 61, 1000].map((step) => series.columnAt(step)),
    [0, 0, 0, 0, 1, 1, 1, 2, 2],
  );
  // Columns of steps 10 to 20 and 100.
  series.shrink();
  assert.equal(
    [9, 15, 20, 59, 60, 61].map((step) => series.columnAt(step)),
    [0, 0, 0, 0, 0, 1],
  );
});

test('HistogramSeries.quantile() spreads a bin evenly', () => {
  const series = new HistogramSeries();
  series.add(histogramPoint(0, [0, 1, 3, 3, 7], [10, 0, 5, 5]));
  series.add(histogramPoint(1, [0], []));
  assert.equal(
    [0, 0.25, 0.5, 0.6, 0.875, 1].map((share) => series.quantile(0, share)),
    [0, 0.5, 1, 3, 5, 7],
  );
  assert.ok(Number.isNaN(series.quantile(1, 0.5)));
});

test('HistogramSeries.bulk() is the range of most values, regardless of outliers', () => {
  const series = new HistogramSeries();
  assert.is(series.bulk(0.01, 0.99), undefined);
  for (let step = 0; step < 30; step++) series.add(histogramPoint(step, [-2, 0, 2], [500, 500]));
  series.add(histogramPoint(30, [-2, 0, 2, 1e30], [500, 500, 1]));
  const [low, high] = series.bulk(0.005, 0.995)!;
  assert.ok(Math.abs(low + 1.98) < 1e-3 && Math.abs(high - 1.98) < 1e-3, `${low} to ${high}`);
  const [all, most] = series.bulk(0, 1)!;
  assert.equal([all, most], [-2, 1e30]);
});

test('HistogramSeries.bulk() is the quantile of all values, in shared, equal and other edges', () => {
  fc.assert(
    fc.property(fc.uniqueArray(points, { selector: ({ step }) => step, minLength: 1, maxLength: 40 }), (some) => {
      const series = new HistogramSeries();
      for (const point of some) series.add(point);
      const range = series.bulk(0.2, 0.7);
      const total = some.reduce((sum, { summary }) => sum + summary.count, 0);
      assert.is(range === undefined, total === 0);
      if (range === undefined) return;
      const below = (value: number) =>
        some.reduce((sum, { bins }) => {
          bins.counts.forEach((count, i) => {
            const [left, right] = [bins.edges[i]!, bins.edges[i + 1]!];
            sum += count * Math.min(1, Math.max(0, (value - left) / (right - left)));
          });
          return sum;
        }, 0);
      [0.2, 0.7].forEach((share, i) => {
        const value = range[i]!;
        const width = Math.abs(value) * 1e-6 + Number.MIN_VALUE;
        assert.ok(below(value - width) <= share * total * (1 + 1e-9), `${below(value - width)}, ${share * total}`);
        assert.ok(below(value + width) >= share * total * (1 - 1e-9), `${below(value + width)}, ${share * total}`);
      });
    }),
    { numRuns: 300 },
  );
});

test('HistogramSeries does not grow when a step is replaced again and again', () => {
  const series = new HistogramSeries();
  for (let i = 0; i < 5000; i++) {
    series.add(
      histogramPoint(
        1,
        Array.from({ length: 65 }, (_, edge) => edge * (i + 1.5)),
        Array(64).fill(i),
      ),
    );
    series.add(histogramPoint(2, [0, 1], [i]));
  }
  assert.is(series.length, 2);
  assert.ok(series.bytes < 30_000, `${series.bytes} bytes`);
});

test('HistogramSeries.bins() writes the counts to the given buffer', () => {
  const series = new HistogramSeries();
  series.add(histogramPoint(0, [0, 1, 2], [10, 3]));
  const room = new Float64Array(5).fill(9);
  assert.equal([...series.bins(0, room).counts], [10, 3]);
  assert.equal([...room], [10, 3, 9, 9, 9]);
});

test('HistogramSeries takes few bytes for typical points of PyTorch', () => {
  const series = new HistogramSeries();
  // 600 bins with an empty middle, as for a thousand values of a unit Gaussian.
  const counts = Array.from({ length: 600 }, (_, i) => (i < 80 || i > 520 ? (i * 7) % 23 : 0));
  for (let step = 0; step < 1000; step++) series.add(histogramPoint(step, [...edges.subarray(474, 1075)], counts));
  assert.ok(series.bytes / 1000 < 600, `${series.bytes / 1000} bytes a column`);
});

test.run();
