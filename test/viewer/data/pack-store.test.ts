import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { directoryLogs } from '../../../src/tensorboard/index.ts';
import { packStore } from '../../../viewer/data/pack-store.ts';
import { Store } from '../../../viewer/data/store.ts';
import { unpackStore } from '../../../viewer/data/unpack-store.ts';
import { logSource, packLogs } from '../../../viewer/sources/logs.ts';
import { logs } from '../fixture.ts';
import { LogListener } from '../sources/log-listener.ts';
import { histogramPoint } from './point.ts';

/** Everything in a store. */
function plain(store: Store): unknown {
  const { runs, steps, alerts } = store;
  const kinds = ['histogram', 'scalar', 'image', 'text'] as const;
  const tags = Object.fromEntries(kinds.map((kind) => [kind, store.tags(kind)]));
  const series = runs.flatMap((run) =>
    [...new Set(Object.values(tags).flat())].map((tag) => {
      const scalars = store.scalars(run, tag);
      return {
        run,
        tag,
        histograms: [...(store.histograms(run, tag)?.columns(Infinity) ?? [])],
        scalars: scalars && [[...scalars.steps], [...scalars.values], [...scalars.wallTimes]],
        images: store.images(run, tag),
        texts: store.texts(run, tag),
      };
    }),
  );
  return { runs, steps, alerts, tags, series };
}

async function fixtureStore(): Promise<Store> {
  const listener = new LogListener(logSource('logs', directoryLogs(logs)));
  await listener.waitFor(
    'all is read',
    () => listener.last !== undefined && listener.last.read === listener.last.total,
  );
  listener.stop();
  const store = new Store();
  store.add(listener.all);
  return store;
}

test('unpackStore() restores the store that packStore() packed', async () => {
  const store = await fixtureStore();
  const packed = packStore(store, { images: 10 });
  assert.equal(plain(unpackStore(packed)), plain(store));
  assert.ok(packed.length < 150_000, `${packed.length} bytes`);
});

test('packLogs() reads logs to their present end and packs them', async () => {
  const warnings: string[] = [];
  let read = 0;
  const packed = await packLogs(directoryLogs(logs), {
    images: 10,
    onWarning: (message) => warnings.push(message),
    onProgress: (progress) => {
      read = progress.read;
    },
  });
  assert.equal(plain(unpackStore(packed!)), plain(await fixtureStore()));
  assert.equal([warnings, read], [[], 273169]);
  const none = await packLogs(directoryLogs(`${logs}/nowhere`), { onWarning: (message) => warnings.push(message) });
  assert.is(none, undefined, 'nothing to show');
  assert.equal(warnings, ['The logs cannot be read: the directory does not exist. Trying again.']);
});

test('packStore() reduces series to the given sizes, without losing a count', () => {
  const store = new Store();
  for (let step = 0; step < 1000; step++) {
    store.add([
      histogramPoint(step, [0, 1, 2], [step, 1]),
      { kind: 'scalar', run: 'run', tag: 'loss', step, wallTime: 0, value: step === 500 ? 1e9 : step },
      {
        kind: 'image',
        run: 'run',
        tag: 'digit',
        step,
        wallTime: 0,
        width: 1,
        height: 1,
        images: [Uint8Array.of(step)],
      },
    ]);
  }
  const small = unpackStore(packStore(store, { columns: 30, scalars: 100, images: 3 }));
  const series = small.histograms('run', 'fc1')!;
  assert.is(series.length, 30);
  assert.equal([series.firstStep(0), series.lastStep(0), series.firstStep(1)], [0, 32, 33]);
  const counts = [0, 0];
  let points = 0;
  for (let column = 0; column < 30; column++) {
    series.bins(column).counts.forEach((count, i) => {
      counts[i]! += count;
    });
    points += series.points(column);
  }
  assert.equal([...counts, points, series.lastStep(29)], [499_500, 1000, 1000, 999]);
  const { values, steps } = small.scalars('run', 'loss')!;
  assert.ok(values.length <= 100 && values.includes(1e9), String(values.length));
  assert.equal([steps[0], steps.at(-1)], [0, 999]);
  const images = small.images('run', 'digit');
  assert.equal([images.length, images[0]!.step, images.at(-1)!.step], [3, 0, 999]);
  assert.is(unpackStore(packStore(store, { images: 1 })).images('run', 'digit')[0]!.step, 999);
  assert.is(store.scalars('run', 'loss')!.length, 1000);
});

test('unpackStore() rejects other bytes', () => {
  const packed = packStore(new Store());
  assert.equal(unpackStore(packed).runs, []);
  packed[5] = 88;
  assert.throws(
    () => unpackStore(packed),
    /^mountPacked\(\): the format must be 'layertap store 1', got 'layeXtap store 1'$/,
  );
  assert.throws(
    () => unpackStore(packed.subarray(0, 5)),
    (error: Error) => error instanceof RangeError,
  );
  assert.throws(() => packStore(new Store(), { columns: 0 }), 'option "columns" must be at least 1, got 0');
});

test.run();
