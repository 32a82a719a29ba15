import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EventReader, type LoggedEvent, type LoggedHistogram } from '../../../src/tensorboard/index.ts';
import { DEFAULT_EDGES } from '../../../viewer/data/clamped-bins.ts';
import { fromEvent } from '../../../viewer/data/from-event.ts';
import type { HistogramPoint } from '../../../viewer/data/points.ts';
import { cases, header } from '../../tensorboard/fixture.ts';

function point(event: LoggedEvent): HistogramPoint {
  const made = fromEvent({ run: 'r', event });
  assert.ok(made?.kind === 'histogram');
  return made;
}

/** An event of bins [left, right, count]. */
function histogram(
  rows: readonly (readonly [number, number, number])[],
  statistics?: Partial<NonNullable<LoggedHistogram['statistics']>>,
): LoggedHistogram {
  const column = (i: number) => Float64Array.from(rows, (row) => row[i]!);
  const bins = { lefts: column(0), rights: column(1), counts: column(2) };
  const event = { kind: 'histogram', tag: 'fc1', step: 3, wallTime: 5, bins } as const;
  if (statistics === undefined) return event;
  const num = rows.reduce((sum, row) => sum + row[2], 0);
  return { ...event, statistics: { min: 0, max: 1, num, sum: 0.5 * num, sumSquares: 0.5 * num, ...statistics } };
}

const plain = ({ bins }: HistogramPoint) => [[...bins.edges], [...bins.counts]];

test('fromEvent() keeps none of the memory of an event', () => {
  for (const edges of [[...DEFAULT_EDGES.subarray(700, 704)], [1, 2, 3, 4]]) {
    const all = Float64Array.from(edges);
    const counts = Float64Array.of(5, 0, 7);
    const event = { ...histogram([]), bins: { lefts: all.subarray(0, 3), rights: all.subarray(1), counts } };
    const made = point(event);
    all.fill(9);
    counts.fill(9);
    assert.equal(plain(made), [edges, [5, 0, 7]]);
  }
});

for (const { name, kind, numbers, record } of cases) {
  if (kind !== 'histogram') continue;
  test(`fromEvent() summarizes a record of PyTorch: ${name}`, () => {
    const { bins, summary } = point(new EventReader().push(record)[0]!);
    assert.is(bins.edges.buffer, DEFAULT_EDGES.buffer);
    const all = Array.from(numbers);
    const inBins = all.filter((value) => Math.abs(value) <= DEFAULT_EDGES.at(-1)!);
    const finite = all.filter(Number.isFinite);
    assert.is(summary.count, all.length);
    bins.counts.forEach((count, i) => {
      const [left, right] = [bins.edges[i]!, bins.edges[i + 1]!];
      const last = right === DEFAULT_EDGES.at(-1);
      assert.is(count, all.filter((value) => left <= value && (value < right || (last && value === right))).length);
    });
    assert.is(
      bins.counts.reduce((sum, count) => sum + count, 0),
      inBins.length,
    );
    const { nan, negativeInfinity, positiveInfinity, below, above, unknown } = summary;
    assert.is(nan + negativeInfinity + positiveInfinity + below + above + unknown, all.length - inBins.length);
    if (finite.length === all.length) {
      assert.equal([nan, negativeInfinity, positiveInfinity], [0, 0, 0]);
      assert.equal(
        [summary.min, summary.max].map((x) => x + 0),
        [Math.min(...all), Math.max(...all)].map((x) => x + 0),
      );
      const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
      const squares = all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / all.length;
      const scale = Math.max(...all.map(Math.abs));
      if (name !== 'squares that overflow') {
        assert.ok(Math.abs(summary.mean - mean) <= 1e-12 * scale, `${summary.mean}, ${mean}`);
        assert.ok(Math.abs(summary.std - Math.sqrt(squares)) <= 1e-7 * scale, `${summary.std}, ${Math.sqrt(squares)}`);
      }
      if (name !== 'tiny values') assert.is(summary.zeros, all.filter((value) => value === 0).length);
    }
  });
}

test('fromEvent() counts NaN and infinities as far as PyTorch tells them', () => {
  // What torch 2.13's add_histogram wrote for 100 normals and: NaN; inf; -inf; both; NaN and inf.
  const lost = (num: number, min: number, max: number) => {
    const { summary } = point(histogram([[0, 1, 100]], { num, min, max, sum: Number.NaN, sumSquares: Infinity }));
    return [
      summary.nan,
      summary.negativeInfinity,
      summary.positiveInfinity,
      summary.below,
      summary.above,
      summary.unknown,
    ];
  };
  assert.equal(lost(101, Number.NaN, Number.NaN), [1, 0, 0, 0, 0, 0]);
  assert.equal(lost(101, 0, Infinity), [0, 0, 1, 0, 0, 0]);
  assert.equal(lost(101, -Infinity, 1), [0, 1, 0, 0, 0, 0]);
  assert.equal(lost(102, -Infinity, Infinity), [0, 1, 1, 0, 0, 0]);
  assert.equal(lost(102, Number.NaN, Number.NaN), [2, 0, 0, 0, 0, 0]);
  assert.equal(lost(105, -Infinity, Infinity), [0, 1, 1, 0, 0, 3]);
  assert.equal(lost(101, 0, 1), [0, 0, 0, 0, 0, 1]);
  assert.equal(lost(100, 0, 1), [0, 0, 0, 0, 0, 0]);
  // A value of 1e30; two of both signs, and three more; and one beside an infinity.
  assert.equal(lost(101, 0, 1e30), [0, 0, 0, 0, 1, 0]);
  assert.equal(lost(105, -1e30, 1e30), [0, 0, 0, 1, 1, 3]);
  assert.equal(lost(102, -1e30, Infinity), [0, 0, 1, 1, 0, 0]);
});

test('fromEvent() takes mean and deviation from the bins if NaN hides them', () => {
  const rows = [
    [0, 2, 1],
    [2, 4, 1],
  ] as const;
  const nothing = { min: Number.NaN, max: Number.NaN, sum: Number.NaN, sumSquares: Number.NaN, num: 3 };
  const { summary } = point(histogram(rows, nothing));
  assert.equal([summary.mean, summary.std, summary.min, summary.max, summary.count], [2, 1, 0, 4, 3]);
});

test("fromEvent() takes TensorFlow's bins without statistics", () => {
  const { summary } = point(
    histogram([
      [0, 2, 1],
      [2, 4, 3],
    ]),
  );
  assert.equal([summary.count, summary.min, summary.max, summary.mean, summary.unknown], [4, 0, 4, 2.5, 0]);
});

test('fromEvent() fills gaps with empty bins, and trims empty ones at the ends', () => {
  const made = point(
    histogram([
      [-5, 0, 0],
      [0, 1, 2],
      [3, 4, 5],
      [4, 9, 0],
    ]),
  );
  assert.equal(plain(made), [
    [0, 1, 3, 4],
    [2, 0, 5],
  ]);
  assert.equal(plain(point(histogram([[0, 1, 0]]))), [[0], []]);
  assert.equal(plain(point(histogram([]))), [[0], []]);
});

test('fromEvent() keeps the bins of a single value', () => {
  // As TensorFlow writes a constant.
  const made = point(
    histogram([
      [2, 2, 9],
      [2, 2, 0],
    ]),
  );
  assert.equal(plain(made), [[2, 2], [9]]);
  assert.is(made.summary.std, 0);
});

test('fromEvent() gives unbounded outermost bins no width', () => {
  assert.equal(
    plain(
      point(
        histogram([
          [-Infinity, 0, 1],
          [0, 1, 2],
          [1, Infinity, 3],
        ]),
      ),
    ),
    [
      [0, 0, 1, 1],
      [1, 2, 3],
    ],
  );
});

test('fromEvent() finds exact zeros if the bins tell them', () => {
  const zeros = (rows: Parameters<typeof histogram>[0], statistics?: Parameters<typeof histogram>[1]) =>
    point(histogram(rows, statistics)).summary.zeros;
  assert.is(zeros([[0, 1e-12, 7]], { max: 0.5, min: -1 }), 7);
  assert.is(
    zeros([
      [-1, 0, 1],
      [0, 0, 4],
      [0, 1, 2],
    ]),
    4,
  );
  assert.equal(zeros([[-1, 1, 3]]), Number.NaN);
  assert.equal(zeros([[0, 1, 3]]), Number.NaN);
  assert.equal(zeros([[-1, 0, 3]]), Number.NaN);
  assert.is(
    zeros([
      [-1, 0, 3],
      [0, 1e-12, 0],
      [1e-12, 1, 2],
    ]),
    0,
  );
  assert.is(
    zeros([
      [-2, -1, 3],
      [1, 2, 3],
    ]),
    0,
  );
  assert.is(zeros([[-1, 1, 3]], { min: 0, max: 0 }), 3);
  assert.is(zeros([[-1, 1, 3]], { min: 0.25, max: 0.5 }), 0);
});

test('fromEvent() rejects invalid bins with run, tag and step', () => {
  const nan = Number.NaN;
  for (const [rows, reason] of [
    [[[0, nan, 1]], 'bin 0 goes from 0 to NaN'],
    [[[nan, nan, 1]], 'bin 0 goes from NaN to NaN'],
    [[[1, 0, 1]], 'bin 0 goes from 1 to 0'],
    [
      [
        [0, 2, 1],
        [1, 3, 1],
      ],
      'bin 1 goes from 1 to 3, and the one before to 2',
    ],
    [
      [
        [0, Infinity, 1],
        [1, 3, 1],
      ],
      'bin 0 goes from 0 to Infinity',
    ],
    [[[0, 1, -1]], 'bin 0 holds -1 values'],
    [[[0, 1, nan]], 'bin 0 holds NaN values'],
  ] as [[number, number, number][], string][]) {
    assert.throws(
      () => point(histogram(rows)),
      (error: Error) => error.message === `run r, "fc1", step 3: the histogram cannot be drawn: ${reason}`,
    );
  }
});

test('fromEvent() passes on scalars and restarts, but no header', () => {
  assert.is(fromEvent({ run: 'r', event: new EventReader().push(header)[0]! }), undefined);
  const event = { kind: 'scalar', tag: 't', step: 2, wallTime: 1, value: 3 } as const;
  assert.equal(fromEvent({ run: 'r', event }), { ...event, run: 'r' });
  assert.equal(fromEvent({ run: 'r', event: { kind: 'start', step: 2, wallTime: 1 } }), {
    kind: 'restart',
    run: 'r',
    step: 2,
  });
});

test.run();
