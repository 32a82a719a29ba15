import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { AlertWatch } from '../../../viewer/data/alerts.ts';
import type { PointSummary } from '../../../viewer/data/points.ts';
import { histogramPoint } from './point.ts';

const scalar = (step: number, value: number) =>
  ({ kind: 'scalar', run: 'r', tag: 't', step, wallTime: 0, value }) as const;

/** Alerts of points of ten values each, as `kind step`. */
function alertsOf(points: readonly (Partial<PointSummary> & { step?: number })[]): string[] {
  const watch = new AlertWatch('r', 't');
  return points
    .flatMap(({ step, ...summary }, i) => watch.histogram(histogramPoint(step ?? i, [0, 1], [10], summary)))
    .map(({ kind, step }) => `${kind} ${step}`);
}

test('AlertWatch gives one alert for the first NaN, and one for the first infinity', () => {
  assert.equal(alertsOf([{}, { nan: 1 }, { nan: 2, positiveInfinity: 1 }, { negativeInfinity: 4 }]), [
    'nan 1',
    'infinity 2',
  ]);
});

test('AlertWatch counts the values in question, and all of them', () => {
  const watch = new AlertWatch('run 1', 'fc1');
  const [some] = watch.histogram(histogramPoint(7, [0, 1], [10], { count: 12, nan: 2 }));
  assert.equal(some, { kind: 'nan', run: 'run 1', tag: 'fc1', step: 7, message: '2 of 12 values are NaN.' });
  const [all] = watch.histogram(histogramPoint(7, [0], [], { count: 3, negativeInfinity: 3 }));
  assert.is(all!.message, 'All 3 values are infinite.');
});

test('a layer is dead after five points of zeros, from the first of them on', () => {
  const [dead, alive] = [{ zeros: 10, min: 0, max: 0, std: 0 }, {}];
  assert.equal(alertsOf([dead, dead, dead, dead, alive]), []);
  assert.equal(alertsOf([dead, alive, dead, dead, dead, dead, dead, dead]), ['dead 2']);
});

test('values are constant if all of them are one value', () => {
  const constant = { min: 2, max: 2, std: 0 };
  assert.equal(alertsOf(Array(6).fill(constant)), ['constant 0']);
  assert.equal(alertsOf(Array(6).fill({ ...constant, count: 1 })), []);
});

test('a scale that explodes gives an alert, one that grows does not', () => {
  const of = (scale: number) => ({ std: scale, min: -scale, max: scale });
  assert.equal(alertsOf([1, 2, 1, 3, 1, 2, 5000].map(of)), ['exploding 6']);
  assert.equal(alertsOf(Array.from({ length: 300 }, (_, i) => of(1.1 ** i))), []);
  // One outlier among unchanged values.
  assert.equal(alertsOf([...Array(6).fill(of(1)), { std: 1, min: -1, max: 1e30 }]), ['exploding 6']);
  // Large compared with one small point, but not with the median.
  assert.equal(alertsOf([1e-4, 1, 1, 1, 1, 1, 1, 2].map(of)), []);
  // The first step after zeros is not an explosion.
  assert.equal(alertsOf([...Array(4).fill(of(0)), ...Array(20).fill(of(1))]), []);
  const watch = new AlertWatch('r', 't');
  for (let step = 0; step < 6; step++) watch.histogram(histogramPoint(step, [0, 1], [1], of(1)));
  const [alert] = watch.histogram(histogramPoint(6, [0, 1], [1], of(4321)));
  assert.is(alert!.message, 'The values became 4320 times as large.');
});

test('a step that goes backwards gives an alert, a repeated one does not', () => {
  assert.equal(alertsOf([{ step: 3 }, { step: 3 }, { step: 2 }, { step: 1 }]), ['backwards 2']);
});

test('scalars give alerts', () => {
  const watch = new AlertWatch('r', 't');
  const alerts = [1, 2, Number.NaN, -Infinity, Number.NaN].flatMap((value, i) => watch.scalar(scalar(i, value)));
  assert.equal(
    alerts.map(({ kind, step, message }) => [kind, step, message]),
    [
      ['nan', 2, 'The value is NaN.'],
      ['infinity', 3, 'The value is -Infinity.'],
    ],
  );
});

test('alerts that a restart removed are given again', () => {
  const watch = new AlertWatch('r', 't');
  watch.scalar(scalar(4, Number.NaN));
  watch.scalar(scalar(9, Infinity));
  watch.purge(5);
  const alerts = [5, 6].flatMap((step) => [
    ...watch.scalar(scalar(step, Number.NaN)),
    ...watch.scalar(scalar(step, Infinity)),
  ]);
  assert.equal(
    alerts.map(({ kind, step }) => [kind, step]),
    [['infinity', 5]],
  );
});

test.run();
