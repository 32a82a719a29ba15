import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { durationTicks, timeTicks } from '../../../viewer/axes/time-ticks.ts';
import { formatDuration, formatTime } from '../../../viewer/axes/times.ts';

const [MINUTE, HOUR, DAY] = [60, 3600, 86_400];

test('formatDuration() has two units at most', () => {
  const cases: [number, string][] = [
    [0, '0s'],
    [0.25, '0.25s'],
    [1 / 3, '0.333s'],
    [59, '59s'],
    [59.6, '1m'],
    [65, '1m 5s'],
    [80 * MINUTE, '1h 20m'],
    [80 * MINUTE + 40, '1h 21m'],
    [HOUR - 20, '59m 40s'],
    [DAY - 100, '23h 58m'],
    [DAY - 10, '1d'],
    [76 * HOUR, '3d 4h'],
    [-90, '\u22121m 30s'],
    [-0.5, '\u22120.5s'],
    [Number.NaN, 'NaN'],
  ];
  for (const [seconds, text] of cases) assert.is(formatDuration(seconds), text, String(seconds));
});

const durations = (from: number, to: number, length = 400) =>
  durationTicks([from, to], length, 64).map(({ label }) => label);

test('durationTicks() are round in seconds, minutes, hours and days', () => {
  assert.equal(durations(0, 50), ['0s', '10s', '20s', '30s', '40s', '50s']);
  assert.equal(durations(0, 30 * MINUTE), ['0s', '5m', '10m', '15m', '20m', '25m']);
  assert.equal(durations(HOUR, 3 * HOUR), ['1h', '1h 30m', '2h', '2h 30m', '3h']);
  assert.equal(durations(0, 5 * DAY), ['0s', '1d', '2d', '3d', '4d', '5d']);
  assert.equal(durations(0, 100 * DAY), ['0s', '20d', '40d', '60d', '80d', '100d']);
  assert.equal(durations(0, 2), ['0s', '0.5s', '1s', '1.5s', '2s']);
  assert.equal(durations(-90, 90), ['\u22121m 30s', '\u22121m', '\u221230s', '0s', '30s', '1m']);
});

/** Sets the local time zone for one test. */
function inZone(zone: string, run: () => void): void {
  const before = process.env.TZ;
  process.env.TZ = zone;
  try {
    run();
  } finally {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  }
}

const at = (text: string) => Date.parse(text) / 1000;
const times = (from: string, to: string, length = 400) => timeTicks([at(from), at(to)], length, 64);
const labels = (from: string, to: string) => times(from, to).map(({ label }) => label);

test('timeTicks() are round on the local clock, with dates where days begin', () => {
  inZone('Asia/Kathmandu', () => {
    // 5:45 hours before UTC.
    assert.equal(labels('2026-01-01T00:15:00Z', '2026-01-01T05:15:00Z'), [
      '06:00',
      '07:00',
      '08:00',
      '09:00',
      '10:00',
      '11:00',
    ]);
  });
  inZone('Europe/Berlin', () => {
    assert.equal(labels('2026-11-27T20:00:00Z', '2026-11-28T04:00:00Z'), ['22:00', '28 Nov', '02:00', '04:00']);
    assert.equal(labels('2026-11-27T20:00:00Z', '2026-11-27T20:00:20Z'), [
      '21:00:00',
      '21:00:05',
      '21:00:10',
      '21:00:15',
      '21:00:20',
    ]);
    assert.equal(labels('2026-11-27T20:00:00Z', '2026-11-27T20:00:02Z'), [
      '21:00:00',
      '21:00:00.5',
      '21:00:01',
      '21:00:01.5',
      '21:00:02',
    ]);
    assert.equal(labels('2026-11-20T00:00:00Z', '2026-11-30T00:00:00Z'), [
      '21 Nov',
      '23 Nov',
      '25 Nov',
      '27 Nov',
      '29 Nov',
    ]);
    assert.equal(labels('2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z'), [
      'Mar 2026',
      'May 2026',
      'Jul 2026',
      'Sep 2026',
      'Nov 2026',
      'Jan 2027',
    ]);
    assert.equal(labels('1999-06-01T00:00:00Z', '2026-01-01T00:00:00Z'), [
      '2000',
      '2005',
      '2010',
      '2015',
      '2020',
      '2025',
    ]);
  });
});

test('timeTicks() stay at full hours when summer time begins and ends', () => {
  inZone('Europe/Berlin', () => {
    assert.equal(labels('2026-03-28T22:00:00Z', '2026-03-29T06:00:00Z'), [
      '29 Mar',
      '03:00',
      '04:00',
      '06:00',
      '08:00',
    ]);
    for (const [day, next] of [
      ['2026-03-29', '2026-03-30'],
      ['2026-10-25', '2026-10-26'],
    ] as const) {
      const ticks = times(`${day}T00:00:00Z`, `${next}T00:00:00Z`);
      assert.ok(ticks.length > 3);
      for (const { value } of ticks) assert.is(new Date(value * 1000).getMinutes(), 0);
    }
  });
});

test('ticks of times lie within the range and keep their distance', () => {
  for (const length of [50, 300, 1200]) {
    for (let size = 0.01; size < 1e10; size *= 2.7) {
      for (const [name, ticks] of [
        ['durations', durationTicks([12, 12 + size], length, 64)],
        ['times', timeTicks([1.6e9, 1.6e9 + size], length, 64)],
      ] as const) {
        const where = `${name}, ${size} s on ${length} pixels`;
        assert.ok(ticks.length <= Math.max(1, length / 64), where);
        // The hours of one day are those of the next: its date stands between them.
        if (name === 'durations') assert.is(new Set(ticks.map(({ label }) => label)).size, ticks.length, where);
        else
          assert.ok(
            ticks.every(({ label }, i) => label !== ticks[i - 1]?.label),
            where,
          );
        for (const { value } of ticks) assert.ok(value >= (name === 'times' ? 1.6e9 : 12), where);
        for (let i = 1; i < ticks.length; i++) {
          // Months and summer time differ.
          const apart = ((ticks[i]!.value - ticks[i - 1]!.value) / size) * length;
          assert.ok(apart > 55, `${where}: ${apart} pixels apart`);
        }
      }
    }
  }
});

test('formatTime() is the local time', () => {
  inZone('Europe/Berlin', () => assert.is(formatTime(at('2026-11-28T19:33:05.9Z')), '2026-11-28 20:33:05'));
  assert.is(formatTime(Number.NaN), 'no time');
});

test.run();
