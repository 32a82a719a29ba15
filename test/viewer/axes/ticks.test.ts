import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { axisTicks, stepTicks } from '../../../viewer/axes/ticks.ts';
import type { AxisUnit } from '../../../viewer/state/view-state.ts';

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

test('axisTicks() are steps, durations or local times', () => {
  const labels = (unit: AxisUnit) => axisTicks(unit, [0, 7200], 200, 64).map(({ label }) => label);
  assert.equal(labels('step'), ['0', '5,000']);
  assert.equal(labels('relative'), ['0s', '1h', '2h']);
  assert.is(labels('wall').length, 3);
});

test.run();
