// The store of what PyTorch logged, compared with numpy and TensorBoard's reader.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { directoryLogs, RunReader } from '../../../src/tensorboard/index.ts';
import { fromEvent } from '../../../viewer/data/from-event.ts';
import { Store } from '../../../viewer/data/store.ts';
import { expected, logs } from '../fixture.ts';

const store = new Store();
test.before(async () => {
  for await (const event of new RunReader(directoryLogs(logs)).poll()) {
    const point = fromEvent(event);
    if (point !== undefined) store.add([point]);
  }
});

const MARKUP = '<img src=x onerror=alert(1)>';
const near = (actual: number, wanted: number, tolerance: number, what: string) =>
  assert.ok(Math.abs(actual - wanted) <= tolerance, `${what}: ${actual}, expected ${wanted}`);

test('the store holds the runs, tags and steps of the files', () => {
  assert.equal(store.runs, ['lr=0.01', 'lr=0.1']);
  assert.equal([...store.tags('histogram')].sort(), [MARKUP, 'fc1', 'fc2', 'fc3', 'grad/fc1.weight']);
  assert.equal([...store.tags('scalar')].sort(), ['accuracy', 'loss']);
  assert.equal(store.tags('image'), ['input']);
  assert.equal(store.tags('text'), ['notes/text_summary']);
  assert.equal(store.steps, [0, 59]);
  let columns = 0;
  for (const run of store.runs)
    for (const tag of store.tags('histogram')) columns += store.histograms(run, tag)?.length ?? 0;
  assert.is(columns, expected.histograms.length);
});

test('each column is what TensorBoard reads and numpy computes', () => {
  for (const one of expected.histograms) {
    const what = `${one.run} ${one.tag} ${one.step}`;
    const series = store.histograms(one.run, one.tag)!;
    const column = series.columnAt(one.step);
    assert.is(series.firstStep(column), one.step, what);
    assert.is(series.wallTime(column), 1700000000 + one.step);
    const { edges, counts } = series.bins(column);
    const largest = Math.max(...counts);
    assert.equal(
      [
        counts.length,
        counts.reduce((sum, count) => sum + count, 0),
        edges[0],
        edges.at(-1),
        largest,
        counts.indexOf(largest),
      ],
      [one.bins, one.inBins, one.first, one.last, one.largest, one.largestAt],
      what,
    );
    expected.shares.forEach((share, i) => {
      near(
        series.quantile(column, share),
        one.quantiles[i]!,
        1e-12 * Math.abs(one.last - one.first),
        `${what}, ${share}`,
      );
    });
    const summary = series.summary(column);
    assert.is(summary.count, one.count, what);
    assert.is(summary.nan, one.nan, what);
    // A NaN hides the sums, an infinity also the smallest or largest value: then they come from the bins, 0.25 wide.
    const hidden = one.nan + one.infinite > 0 ? 0.25 : 0;
    near(summary.mean, one.mean, hidden + 1e-12 * Math.abs(one.max), `${what}: mean`);
    near(summary.std, one.std, hidden + 1e-7 * Math.abs(one.max), `${what}: std`);
    near(summary.min, one.min, hidden, `${what}: min`);
    near(summary.max, one.max, hidden, `${what}: max`);
    if (one.tag === 'fc1' || one.tag === 'fc2') assert.is(summary.zeros, one.zeros, what);
    const { negativeInfinity, positiveInfinity, unknown, above } = summary;
    // Of infinities of both signs there is at least one each.
    assert.equal([negativeInfinity, positiveInfinity, unknown], one.infinite === 0 ? [0, 0, 0] : [1, 1, 1], what);
    assert.is(above, one.max > 1e20 ? 1 : 0, what);
  }
});

test('curves are what TensorBoard reads', () => {
  for (const { run, tag, steps, values } of expected.scalars) {
    const series = store.scalars(run, tag)!;
    assert.equal([...series.steps], steps);
    assert.equal(
      [...series.values],
      values.map((value) => value ?? Number.NaN),
    );
  }
});

test('images and texts are kept', () => {
  const images = store.images('lr=0.1', 'input');
  assert.equal(
    images.map(({ step, width, height }) => [step, width, height]),
    [0, 30, 59].map((step) => [step, 16, 16]),
  );
  assert.equal([...images[0]!.images[0]!.subarray(1, 4)], [...Buffer.from('PNG')]);
  assert.equal(
    store.texts('lr=0.1', 'notes/text_summary').map(({ texts }) => texts),
    [['Learning rate **0.1**. <script>alert(1)</script>']],
  );
});

test('one value of 1e30 does not change the bulk', () => {
  const [low, high] = store.histograms('lr=0.1', 'fc1')!.bulk(0.005, 0.995)!;
  assert.ok(low > 0.04 && low < 0.3 && high > 2 && high < 6, `${low} to ${high}`);
});

test('the run that goes wrong has alerts, the other one has none', () => {
  assert.equal(
    store.alerts
      .map(({ run, kind, tag, step }) => [run, kind, tag, step])
      .sort((a, b) => (String(a) < String(b) ? -1 : 1)),
    [
      ['lr=0.1', 'dead', 'fc2', 15],
      ['lr=0.1', 'exploding', 'fc1', 30],
      ['lr=0.1', 'infinity', 'fc3', 40],
      ['lr=0.1', 'nan', 'fc3', 24],
      ['lr=0.1', 'nan', 'loss', 50],
    ],
  );
});

test.run();
