import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { axisTicks, nameOfPlace, nameOfRange, stepTicks } from '../../../viewer/axes/ticks.ts';
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

test('axisTicks() and nameOfPlace() speak of steps, durations or local times', () => {
  const labels = (unit: AxisUnit) => axisTicks(unit, [0, 7200], 200, 64).map(({ label }) => label);
  assert.equal(labels('step'), ['0', '5,000']);
  assert.equal(labels('relative'), ['0s', '1h', '2h']);
  assert.is(labels('wall').length, 3);
  assert.is(nameOfPlace('step', 1234), 'step 1,234');
  assert.is(nameOfPlace('relative', 4800), '1h 20m');
  assert.match(nameOfPlace('wall', 1.7e9), /^2023-11-1\d \d\d:\d\d:\d\d$/);
});

test('nameOfRange() names a single place once, and a day once', () => {
  assert.is(nameOfRange('step', [0, 12_345.4]), 'steps 0–12,345');
  assert.is(nameOfRange('step', [7, 7]), 'step 7');
  assert.is(nameOfRange('relative', [0, 4800]), '0s – 1h 20m');
  const noon = new Date(2026, 10, 28, 12, 0, 0).getTime() / 1000;
  assert.is(nameOfRange('wall', [noon, noon + 605]), '2026-11-28 12:00:00 – 12:10:05');
  assert.is(nameOfRange('wall', [noon, noon + 86_400]), '2026-11-28 12:00:00 – 2026-11-29 12:00:00');
  assert.is(nameOfRange('wall', [noon, noon]), '2026-11-28 12:00:00');
});

test.run();
