// The bins of every form of histogram are TensorBoard's, and a histogram without bins is not lost.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fromEvent } from '../../../viewer/data/from-event.ts';
import { histogramOf } from '../../../viewer/data/histogram-of.ts';
import { HistogramSeries } from '../../../viewer/data/histogram-series.ts';
import { packPoints, unpackPoints } from '../../../viewer/data/pack-points.ts';
import { eventsOf, fromBase64, histograms } from './fixture.ts';

/** Histograms whose last bin TensorBoard widens to a value that is in no bin; here it ends at its limit. */
const BEYOND: Record<string, [bin: number, row: number[]]> = {
  'PyTorch: one value beyond all bins': [8, [1.9661990404129028, 2.1628189086914062, 1]],
};

async function histogramIn(record: string) {
  const { events, warnings } = await eventsOf(fromBase64(record));
  assert.equal(warnings, []);
  const [event] = events;
  assert.ok(event?.kind === 'histogram');
  return event;
}

for (const { name, record, bins } of histograms) {
  test(`readEvents() gives the bins of TensorBoard: ${name}`, async () => {
    const event = await histogramIn(record);
    const { lefts, rights, counts } = event.bins;
    // TensorBoard's conversion of the older form is in float32.
    const round = event.statistics === undefined ? (value: number) => value : Math.fround;
    const came = Array.from(counts, (count, i) => [round(lefts[i]!), round(rights[i]!), count]);
    const expected = bins.map((row) => row.map(Number));
    const beyond = BEYOND[name];
    if (beyond !== undefined) expected[beyond[0]] = beyond[1];
    assert.equal(JSON.stringify(came), JSON.stringify(expected.slice(0, came.length)));
    assert.is(came.length, beyond === undefined ? expected.length : beyond[0] + 1);
    assert.ok(came.every((row, i) => row.every((value, j) => Object.is(value, expected[i]![j]))));
  });
}

const find = (name: string) => histogramIn(histograms.find((one) => one.name === name)!.record);

/** The viewer's histogram after passing through a worker. */
async function columnOf(name: string): Promise<HistogramSeries> {
  const point = fromEvent({ run: 'r', event: await find(name) });
  const [sent] = unpackPoints(packPoints([point!]));
  const series = new HistogramSeries();
  assert.ok(sent?.kind === 'histogram');
  series.add(sent);
  return series;
}

test('the viewer draws one value as one value, from files and from hooks', async () => {
  const live = new HistogramSeries();
  live.add({ step: 0, wallTime: 0, ...histogramOf(new Float32Array(100).fill(5)) });
  const constants = ['PyTorch: 5 a hundred times', 'TensorFlow 2: 5 a hundred times'];
  for (const series of [live, ...(await Promise.all(constants.map(columnOf)))]) {
    const { edges, counts } = series.bins(0);
    assert.equal([[...edges], [...counts]], [[5, 5], [100]]);
    for (const share of [0, 0.01, 0.5, 0.99, 1]) assert.is(series.quantile(0, share), 5);
  }
});

test('no quantile is beyond the smallest and the largest value, in sums of records, too', async () => {
  const series = new HistogramSeries();
  for (let step = 0; step < 8; step++) {
    const values = Float32Array.from({ length: 50 }, (_, i) => Math.sin(i * (step + 1)) + 3);
    series.add({ step, wallTime: 0, ...histogramOf(values) });
  }
  for (let turn = 0; turn < 4; turn++, series.shrink()) {
    for (let column = 0; column < series.length; column++) {
      const { min, max } = series.summary(column);
      assert.equal([series.quantile(column, 0), series.quantile(column, 1)], [min, max]);
    }
  }
  assert.is(series.length, 1);
});

test('a TensorFlow histogram of NaN or infinities is shown, and says so', async () => {
  const kinds = async (name: string) => {
    const series = await columnOf(name);
    const { nan, positiveInfinity, unknown, count } = series.summary(0);
    return [series.bins(0).counts.length, nan, positiveInfinity, unknown, count];
  };
  assert.equal(await kinds('TensorFlow 2: NaN among them'), [0, 1, 0, 0, 1]);
  assert.equal(await kinds('TensorFlow 2: NaN alone'), [0, 1, 0, 0, 1]);
  // Three finite values, somewhere, and an infinity.
  assert.equal(await kinds('TensorFlow 2: +Inf among them'), [0, 0, 1, 3, 4]);
  assert.equal(await kinds('TensorFlow 2: no values'), [0, 0, 0, 0, 0]);
});

test.run();
