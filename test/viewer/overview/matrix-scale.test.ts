import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { matrixScale } from '../../../viewer/overview/matrix-scale.ts';

const close = (got: number, wanted: number) => assert.ok(Math.abs(got - wanted) < 1e-9, `${got}, wanted ${wanted}`);

test('shares go from 0 to 1, whatever the numbers', () => {
  for (const statistic of ['zeros', 'nonFinite'] as const) {
    const scale = matrixScale(statistic, [0.4, 0.41]);
    assert.equal(
      [scale.low, scale.high, scale.position(0), scale.position(0.25), scale.position(1)],
      [0, 1, 0, 0.25, 1],
    );
  }
});

test('a standard deviation is logarithmic between the 5th and 95th percentile', () => {
  const numbers = Array.from({ length: 101 }, (_, i) => 10 ** (i / 25 - 2));
  const { kind, low, high, position, diverging } = matrixScale('std', numbers);
  assert.equal([kind, diverging], ['log', false]);
  close(low, 10 ** (5 / 25 - 2));
  close(high, 10 ** (95 / 25 - 2));
  close(position(10 ** (50 / 25 - 2)), 0.5);
  assert.equal([position(0), position(1e9), position(1e-9)], [0, 1, 0]);
});

test('one number of 1e30 among a hundred does not change the colours of the others', () => {
  const numbers = Array.from({ length: 100 }, (_, i) => 1 + i / 100);
  const scale = matrixScale('std', [...numbers, 1e30]);
  assert.ok(scale.high < 10, `${scale.high}`);
  const max = matrixScale('max', [...numbers, 1e30]);
  assert.ok(max.high < 10, `${max.high}`);
});

test('colours span at least a factor of ten, so that noise does not fill them', () => {
  const { low, high, position } = matrixScale('std', [1, 1.001, 1.002]);
  close(high / low, 10);
  assert.ok(Math.abs(position(1) - position(1.002)) < 0.01);
});

test('statistics that may be negative diverge from 0', () => {
  for (const statistic of ['mean', 'min', 'max'] as const) {
    const { diverging, position, low, high } = matrixScale(statistic, [-3, -1, 0.5, 1, 2]);
    assert.ok(diverging);
    assert.is(low, -high);
    assert.is(position(0), 0.5);
    close(position(1) - 0.5, 0.5 - position(-1));
    assert.equal([position(1e30), position(-1e30)], [1, 0]);
    assert.ok(position(0.5) < position(1) && position(1) < position(2));
  }
});

test('NaN and infinities are ignored, and there is a scale without numbers', () => {
  assert.is(matrixScale('mean', [Number.NaN, Number.POSITIVE_INFINITY, 2]).high, 2);
  assert.ok(Number.isNaN(matrixScale('mean', [1]).position(Number.NaN)));
  for (const statistic of ['mean', 'std', 'min', 'max', 'zeros', 'nonFinite', 'count'] as const) {
    const { position } = matrixScale(statistic, []);
    assert.ok(position(0.5) >= 0 && position(0.5) <= 1, statistic);
    assert.ok(Number.isFinite(matrixScale(statistic, [0, 0]).position(0)), statistic);
  }
});

test.run();
