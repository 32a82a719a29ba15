import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ascendingTimes, firstKnown } from '../../../viewer/axes/places.ts';

const times = (...wallTimes: number[]): number[] => [...ascendingTimes(Float64Array.from(wallTimes))];

test('ascendingTimes() are the wall times themselves if they ascend', () => {
  const wallTimes = Float64Array.of(100, 100.5, 200);
  assert.is(ascendingTimes(wallTimes), wallTimes);
  assert.equal(times(), []);
});

test('ascendingTimes(): a single record is at its time', () => {
  assert.equal(times(1.7e9), [1.7e9]);
  assert.equal(times(0), []);
});

test('ascendingTimes(): records of one time share the time to the next', () => {
  assert.equal(times(100, 100, 100, 100, 104), [100, 101, 102, 103, 104]);
  assert.equal(times(100, 110, 110), [100, 110, 120 - 5]);
  assert.equal(times(50, 50), [50, 50.5]);
});

test('ascendingTimes(): a clock that goes back stands still until it has caught up', () => {
  assert.equal(times(100, 110, 90, 95, 105, 130), [100, 110, 115, 120, 125, 130]);
  // A step of summer time to winter time on a machine without UTC, at its end.
  assert.equal(times(7200, 7201, 3602, 3603), [7200, 7201, 7201 + 1 / 3, 7201 + 2 / 3]);
});

test('ascendingTimes(): records without a time are beside the one before, or the first with one', () => {
  assert.equal(times(100, Number.NaN, 0, 103), [100, 101, 102, 103]);
  assert.equal(times(0, -5, 100, 103), [100, 101, 102, 103]);
  assert.equal(times(100, Number.POSITIVE_INFINITY, 102), [100, 101, 102]);
  assert.equal(times(0, 0, Number.NaN), []);
});

test('ascendingTimes() are strictly ascending, whatever the times', () => {
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 32;
  };
  for (let round = 0; round < 200; round++) {
    // Whole seconds near now, so that many are equal, some of them unknown.
    const wallTimes = Array.from({ length: 300 }, () =>
      random() < 0.1 ? [0, Number.NaN, -1][Math.floor(random() * 3)]! : 1.7e9 + Math.floor(random() * 50),
    );
    const found = times(...wallTimes);
    assert.is(found.length, 300);
    for (let i = 1; i < 300; i++) assert.ok(found[i]! > found[i - 1]!, `round ${round}: ${found[i - 1]}, ${found[i]}`);
  }
  // A million equal times near now, and later ones before the numbers of float64 allow them.
  const crowd = new Float64Array(1_000_002).fill(1.8e9).fill(1.8e9 + 1e-6, 1_000_000);
  const equal = ascendingTimes(crowd);
  assert.ok(equal.every((time, i) => i === 0 || time > equal[i - 1]!));
});

test('firstKnown() skips records without a time', () => {
  assert.is(firstKnown([0, Number.NaN, 5, 4]), 5);
  assert.ok(Number.isNaN(firstKnown([0, -1])));
});

test.run();
