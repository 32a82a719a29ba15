import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { stepTicks, withinSteps, zoomSteps } from '../../../viewer/cards/step-axis.ts';

const labels = (from: number, to: number, length = 400): string[] =>
  stepTicks([from, to], length, 64).map(({ label }) => label);

test('stepTicks() are whole steps', () => {
  assert.equal(labels(-0.5, 3.5), ['0', '1', '2', '3']);
  assert.equal(labels(6.5, 7.5), ['7']);
  assert.equal(labels(0, 9999), ['0', '2,000', '4,000', '6,000', '8,000']);
  assert.equal(labels(0, 1e9), ['0', '200M', '400M', '600M', '800M', '1G']);
});

test('stepTicks() have distinct labels, however close they are', () => {
  assert.equal(labels(1_500_000, 1_500_010, 300), ['1,500,000', '1,500,005', '1,500,010']);
  for (const length of [50, 200, 1000]) {
    for (const [from, to] of [
      [0, 0],
      [0, 1],
      [12_345, 12_346],
      [0, 1e15],
      [999_990, 1_000_020],
    ] as const) {
      const ticks = stepTicks([from - 0.5, to + 0.5], length, 64);
      assert.is(new Set(ticks.map(({ label }) => label)).size, ticks.length);
      assert.ok(ticks.length <= Math.max(1, length / 64), `${ticks.length} ticks on ${length} pixels`);
    }
  }
});

test('zoomSteps() keeps the step it zooms about, and at least one step', () => {
  assert.equal(zoomSteps([0, 100], 0.5, 20), [10, 60]);
  const [from, to] = zoomSteps([10, 12], 0.1, 11);
  assert.equal([from, to], [10.5, 11.5]);
});

test('withinSteps() stays within all steps', () => {
  assert.equal(withinSteps([-20, 30], [0, 100]), [0, 50]);
  assert.equal(withinSteps([80, 130], [0, 100]), [50, 100]);
  assert.equal(withinSteps([20, 30], [0, 100]), [20, 30]);
  assert.is(withinSteps([-20, 130], [0, 100]), undefined);
});

test.run();
