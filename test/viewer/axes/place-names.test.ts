import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nameOfPlace, nameOfRange } from '../../../viewer/axes/place-names.ts';

test('nameOfPlace() speaks of steps, durations or local times', () => {
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
