// Log directories that go wrong, or have odd names, through the reader and the store of a viewer.
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { directoryLogs, SummaryWriter } from '../../../src/tensorboard/index.ts';
import { Store } from '../../../viewer/data/store.ts';
import { logPoller } from '../../../viewer/sources/log-poller.ts';
import { temporaryDirectory } from '../../tensorboard/temporary.ts';
import { storeOf } from '../store-of.ts';

async function write(directory: string, log: (writer: SummaryWriter) => void): Promise<string> {
  const writer = new SummaryWriter(directory);
  log(writer);
  await writer.close();
  return join(directory, readdirSync(directory)[0]!);
}

test('runs of any name are told apart: of 500 characters, right to left, equal but for the last character', async () => {
  const directory = temporaryDirectory();
  const long = ['d'.repeat(200), 'e'.repeat(200), 'f'.repeat(97)].join('/');
  const names = [`${long}1`, `${long}2`, 'תוצאות/ריצה', 'نتائج', 'a', 'a b', 'a\u202eb'];
  for (const [i, name] of names.entries()) await write(join(directory, name), (writer) => writer.addScalar('x', i, 0));
  for (const keeps of [false, true]) {
    const { store, warnings } = await storeOf(directoryLogs(directory), { keeps });
    assert.equal(warnings, []);
    assert.equal([...store.runs].sort(), [...names].sort());
    for (const [i, name] of names.entries()) assert.equal([...store.scalars(name, 'x')!.values], [i]);
  }
});

test('tags that begin with other tags are told apart', async () => {
  const directory = temporaryDirectory();
  const tags = ['loss', 'loss/', 'loss/train', 'loss/train/NaN', 'los', 'l', 'loss train', '__proto__'];
  await write(directory, (writer) => {
    for (const [i, tag] of tags.entries()) writer.addScalar(tag, i, 0);
  });
  for (const keeps of [false, true]) {
    const { store } = await storeOf(directoryLogs(directory), { keeps });
    for (const [i, tag] of tags.entries()) assert.equal([...(store.scalars('.', tag)?.values ?? [])], [i], tag);
  }
});

for (const keeps of [false, true]) {
  test(`files that grow, are cut off, shrink and vanish while they are read${keeps ? ', kept by the source' : ''}`, async () => {
    const directory = temporaryDirectory();
    const steps = (writer: SummaryWriter) => {
      for (let step = 0; step < 100; step++) writer.addScalar('x', step, step);
    };
    const paths = await Promise.all(['cut', 'shrinks', 'vanishes'].map((run) => write(join(directory, run), steps)));
    const [cut, shrinks, vanishes] = paths as [string, string, string];
    const whole = readFileSync(cut);
    truncateSync(cut, whole.length - 50);
    const store = new Store();
    const warnings: string[] = [];
    const { poll } = logPoller(directoryLogs(directory), {
      points: (points) => store.add(points),
      ...(keeps && { scalars: { wants: store.scalarWants, take: (update) => store.takeScalars(update) } }),
      progress() {},
      warning: (message) => warnings.push(message),
    });
    const { signal } = new AbortController();
    const lengths = () => ['cut', 'shrinks', 'vanishes'].map((run) => store.scalars(run, 'x')?.length);
    await poll(signal);
    assert.equal(lengths(), [98, 100, 100]);
    assert.equal(warnings, []);
    appendFileSync(cut, whole.subarray(-50));
    // Another file has taken its place, with other values.
    writeFileSync(
      shrinks,
      readFileSync(await write(join(temporaryDirectory(), 'run'), (writer) => writer.addScalar('x', 7, 3))),
    );
    rmSync(vanishes);
    await poll(signal);
    assert.equal(lengths(), [100, 4, 100]);
    assert.equal([...store.scalars('shrinks', 'x')!.values], [0, 1, 2, 7]);
    assert.is(warnings.length, 2, warnings.join('\n'));
    assert.match(warnings.join('\n'), /shrinks.* became shorter/);
    assert.match(warnings.join('\n'), /vanishes.* is gone/);
  });
}

test('a directory that comes later is waited for', async () => {
  const directory = join(temporaryDirectory(), 'later');
  assert.match((await storeOf(directoryLogs(directory))).warnings[0]!, /the directory does not exist. Trying again/);
  mkdirSync(directory);
  assert.match((await storeOf(directoryLogs(directory))).warnings[0]!, /no event files yet/);
});

test('NaN in a histogram of TensorFlow 2 is an alert, and a red cell of the overview', async () => {
  const logs = fileURLToPath(new URL('../../fixtures/logs/tensorflow', import.meta.url));
  const { store } = await storeOf(directoryLogs(logs));
  const series = store.histograms('sgd', 'dense/activation')!;
  const column = series.columnAt(3);
  assert.is(series.firstStep(column), 3);
  assert.ok(series.statistic('nonFinite', column) > 0);
  assert.equal(
    Array.from({ length: series.length }, (_, i) => series.statistic('nonFinite', i) > 0),
    Array.from({ length: 8 }, (_, i) => i === 3),
  );
  assert.equal(
    store.alerts.filter(({ kind }) => kind === 'nan').map(({ run, tag, step }) => [run, tag, step]),
    [['sgd', 'dense/activation', 3]],
  );
});

test('the bin of a constant has no width, and its quantiles are the value', async () => {
  const directory = temporaryDirectory();
  await write(directory, (writer) => writer.addHistogram('five', new Float32Array(100).fill(5), 0));
  const { store } = await storeOf(directoryLogs(directory));
  const series = store.histograms('.', 'five')!;
  const { edges, counts } = series.bins(0);
  assert.equal([[...edges], [...counts]], [[5, 5], [100]]);
  for (const share of [0, 0.01, 0.5, 0.99, 1]) assert.is(series.quantile(0, share), 5);
});

test.run();
