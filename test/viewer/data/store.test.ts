import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { memoryLogs } from '../../../src/tensorboard/index.ts';
import { HistogramSeries } from '../../../viewer/data/histogram-series.ts';
import type { ImagePoint, ViewerPoint } from '../../../viewer/data/points.ts';
import { Store } from '../../../viewer/data/store.ts';
import { logPoller } from '../../../viewer/sources/log-poller.ts';
import { fromBase64, resumed } from '../../tensorboard/reading/fixture.ts';
import { histogramPoint } from './point.ts';

const scalar = (run: string, tag: string, step: number, value: number): ViewerPoint => ({
  kind: 'scalar',
  run,
  tag,
  step,
  wallTime: step,
  value,
});
const text = (step: number, run = 'a'): ViewerPoint => ({
  kind: 'text',
  run,
  tag: 'notes',
  step,
  wallTime: 0,
  texts: ['x'],
});
const image = (tag: string, step: number, bytes = 10): ImagePoint => ({
  kind: 'image',
  run: 'a',
  tag,
  step,
  wallTime: 0,
  width: 1,
  height: 1,
  images: [new Uint8Array(bytes)],
});

test('Store lists runs, tags and steps, and keeps series by run and tag', () => {
  const store = new Store();
  store.add([
    scalar('run10', 'loss', 3, 0.5),
    scalar('run2', 'accuracy', 1, 0.25),
    scalar('run2', 'loss', 7, 0.125),
    histogramPoint(4, [0, 1], [3], {}, { run: 'run2', tag: 'loss' }),
    text(2, 'run2'),
    image('digit', 9),
  ]);
  assert.equal(store.runs, ['a', 'run2', 'run10']);
  assert.equal(store.tags('scalar'), ['loss', 'accuracy']);
  assert.equal(store.tags('histogram'), ['loss']);
  assert.equal(store.tags('image'), ['digit']);
  assert.equal(store.steps, [1, 9]);
  assert.equal([...store.scalars('run2', 'loss')!.values], [0.125]);
  assert.is(store.histograms('run2', 'loss')!.length, 1);
  assert.is(store.histograms('run10', 'loss'), undefined);
  assert.is(store.scalars('nobody', 'loss'), undefined);
  assert.equal(
    store.texts('run2', 'notes').map(({ texts }) => texts),
    [['x']],
  );
  assert.equal(store.images('a', 'digit').length, 1);
  assert.equal(store.images('run2', 'digit'), []);
});

test('Store calls its listeners after each addition, until they stop', () => {
  const store = new Store();
  const seen: number[] = [];
  const stop = store.listen(() => seen.push(store.scalars('a', 'loss')!.length));
  store.add([]);
  store.add([scalar('a', 'loss', 0, 1)]);
  const { version } = store;
  stop();
  store.add([scalar('a', 'loss', 1, 1)]);
  assert.equal(seen, [1]);
  assert.not.equal(store.version, version);
});

test('a restart removes the later points of its run, and their alerts', () => {
  const store = new Store();
  store.add([
    scalar('a', 'loss', 1, Infinity),
    scalar('a', 'loss', 5, Number.NaN),
    histogramPoint(5, [0, 1], [3], { nan: 1 }, { run: 'a', tag: 'fc1' }),
    text(5),
    image('digit', 5),
    scalar('b', 'loss', 6, Number.NaN),
    { kind: 'restart', run: 'a', step: 4 },
    { kind: 'restart', run: 'nobody', step: 0 },
    scalar('a', 'loss', 4, 2),
  ]);
  assert.equal([...store.scalars('a', 'loss')!.steps], [1, 4]);
  assert.is(store.histograms('a', 'fc1')!.length, 0);
  assert.equal([store.texts('a', 'notes'), store.images('a', 'digit')], [[], []]);
  assert.equal(
    store.alerts.map(({ run, kind }) => [run, kind]),
    [
      ['a', 'infinity'],
      ['b', 'nan'],
    ],
  );
  store.add([{ kind: 'restart', run: 'b', step: 0 }]);
  assert.equal(store.steps, [1, 4]);
  store.add([{ kind: 'restart', run: 'a', step: 0 }]);
  assert.is(store.steps, undefined);
});

test("Store adds the NaN and infinities that layertap's SummaryWriter logs as scalars to the histogram", () => {
  const store = new Store();
  store.add([
    histogramPoint(5, [0, 1], [3], { count: 10, unknown: 7 }, { run: 'a', tag: 'fc1' }),
    scalar('a', 'fc1/NaN', 5, 4),
    scalar('a', 'fc1/+Inf', 5, 2),
    scalar('a', 'fc1/-Inf', 5, 0),
    scalar('a', 'fc1/NaN', 6, 3),
    scalar('a', 'fc2/NaN', 6, 1),
  ]);
  const { nan, positiveInfinity, negativeInfinity, unknown } = store.histograms('a', 'fc1')!.summary(0);
  assert.equal([nan, positiveInfinity, negativeInfinity, unknown], [4, 2, 0, 1]);
  assert.equal(
    store.alerts.map(({ kind, tag, step, message }) => [kind, tag, step, message]),
    [
      ['nan', 'fc1', 5, '4 values are NaN.'],
      ['infinity', 'fc1', 5, '2 values are infinite.'],
      ['nan', 'fc2/NaN', 6, 'One value is NaN.'],
    ],
  );
});

test('Store keeps ten images of a tag, spread over all steps', () => {
  const store = new Store();
  for (let step = 0; step < 1000; step++) store.add([image('digit', step)]);
  const steps = store.images('a', 'digit').map(({ step }) => step);
  assert.ok(steps.length >= 5 && steps.length <= 10, String(steps));
  assert.equal([steps[0], steps.at(-1)], [0, 999]);
  for (let i = 1; i < steps.length; i++) assert.ok(steps[i]! - steps[i - 1]! <= 256, String(steps));
  store.add([image('digit', 999, 77)]);
  assert.is(store.images('a', 'digit').at(-1)!.images[0]!.length, 77);
});

for (const { name, files, shown, purged } of resumed) {
  test(`a resumed run is what TensorBoard shows: ${name}`, async () => {
    const sink = { files: () => new Map(Object.entries(files).map(([path, text]) => [path, blobOf(text)])) };
    const store = new Store();
    const { poll } = logPoller(memoryLogs(sink), {
      points: (points) => store.add(points),
      progress() {},
      warning: (message) => assert.unreachable(message),
    });
    await poll(new AbortController().signal);
    // A marked restart also removes the run's other tags, as in the Python loader; the default loader waits for their points.
    const points = Object.entries(purged ?? shown.scalar);
    assert.equal(
      store.tags('scalar').map((tag) => {
        const { steps, values } = store.scalars('.', tag)!;
        return [tag, [...steps].map((step, i) => [step, values[i]])];
      }),
      points,
    );
    const histograms = store.tags('histogram').map((tag) => {
      const series = store.histograms('.', tag)!;
      return [tag, Array.from({ length: series.length }, (_, column) => series.firstStep(column))];
    });
    assert.equal(Object.fromEntries(histograms), shown.histogram);
    const stepsOf = (list: readonly { step: number }[]) => list.map(({ step }) => step);
    const images = store.tags('image').map((tag) => [tag, stepsOf(store.images('.', tag))]);
    const texts = store.tags('text').map((tag) => [tag, stepsOf(store.texts('.', tag))]);
    assert.equal([Object.fromEntries(images), Object.fromEntries(texts)], [shown.image, shown.text]);
    const all = [...points.flatMap(([, of]) => of.map(([step]) => step)), ...Object.values(shown.histogram).flat()];
    assert.equal(store.steps, [Math.min(...all), Math.max(...all)]);
  });
}

const blobOf = (text: string) => new Blob([fromBase64(text) as Uint8Array<ArrayBuffer>]);

test('a point that replaces others removes their alerts, and gives one of its own', () => {
  const store = new Store();
  store.add([
    scalar('a', 'loss', 1, 1),
    scalar('a', 'loss', 6, Number.NaN),
    scalar('a', 'other', 6, Number.NaN),
    scalar('b', 'loss', 6, Number.NaN),
    scalar('a', 'loss', 4, 2),
  ]);
  assert.equal(
    store.alerts.map(({ run, tag, kind, step, message }) => [run, tag, kind, step, message]),
    [
      ['a', 'other', 'nan', 6, 'The value is NaN.'],
      ['b', 'loss', 'nan', 6, 'The value is NaN.'],
      ['a', 'loss', 'backwards', 4, 'Step 4 came after step 6. Two programs in one run?'],
    ],
  );
  store.add([scalar('a', 'loss', 6, Number.NaN)]);
  assert.equal(store.alerts.at(-1), { kind: 'nan', run: 'a', tag: 'loss', step: 6, message: 'The value is NaN.' });
});

test('a point that replaces some points of a column cuts the column', () => {
  const series = new HistogramSeries();
  for (let step = 0; step < 8; step++) series.add(histogramPoint(step, [0, 1], [1]));
  while (series.length > 2) series.shrink();
  const [first, last] = [series.firstStep(1), series.lastStep(1)];
  assert.ok(last > first);
  series.purge(last);
  assert.equal([series.length, series.lastStep(1), series.newest], [2, last - 1, last - 1]);
  series.add(histogramPoint(last, [0, 1], [5]));
  assert.equal([series.length, series.points(2), [...series.bins(2).counts]], [3, 1, [5]]);
});

test('Store stays within its budget, and keeps every step of all series', () => {
  const budget = 2_000_000;
  const store = new Store({ budget });
  for (let step = 0; step < 3000; step++) {
    const edges = Array.from({ length: 65 }, (_, i) => i * (1 + step / 1000));
    const counts = Array.from({ length: 64 }, (_, i) => (i * step) % 50);
    store.add([
      histogramPoint(step, edges, counts, {}, { run: 'a', tag: 'large' }),
      histogramPoint(step, [0, 1], [1], {}, { run: 'a', tag: 'small' }),
      scalar('a', 'loss', step, step),
      image('digit', step, 30_000),
    ]);
    assert.ok(store.bytes <= budget, `${store.bytes} at ${step}`);
  }
  const large = store.histograms('a', 'large')!;
  assert.ok(large.length < 3000 && large.length > 500, String(large.length));
  const points = Array.from({ length: large.length }, (_, i) => large.points(i)).reduce((sum, one) => sum + one);
  assert.equal([large.firstStep(0), large.lastStep(large.length - 1), points], [0, 2999, 3000]);
});

test('Store does not try to shrink at every addition what cannot shrink', () => {
  const store = new Store({ budget: 1000 });
  for (let tag = 0; tag < 3000; tag++) store.add([scalar('a', `tag ${tag}`, 0, 1)]);
  assert.is(store.tags('scalar').length, 3000);
});

test.run();
