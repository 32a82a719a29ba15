// Directories as people have them, from PyTorch, TensorFlow 2, tensorboardX and Keras: the store shows the scalars that
// TensorBoard shows. See test/fixtures/make/logs.py.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { directoryLogs } from '../../../src/tensorboard/index.ts';
import { packStore } from '../../../viewer/data/pack-store.ts';
import { unpackStore } from '../../../viewer/data/unpack-store.ts';
import { storeOf } from '../store-of.ts';

const folder = new URL('../../fixtures/logs/', import.meta.url);
type Curves = Record<
  string,
  Record<string, readonly (readonly [wallTime: number, step: number, value: number | 'NaN'])[]>
>;
const expected = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8')) as Record<string, Curves>;

const cases = Object.entries(expected).flatMap(([name, runs]) => [false, true].map((keeps) => ({ name, runs, keeps })));
for (const { name, runs, keeps } of cases) {
  test(`${name}: the scalars that TensorBoard shows${keeps ? ', kept by the source' : ''}`, async () => {
    const logs = directoryLogs(fileURLToPath(new URL(name, folder)), { everyLink: true });
    const { store, warnings } = await storeOf(logs, { keeps });
    assert.equal(warnings, []);
    const found: Curves = {};
    for (const run of store.runs) {
      for (const tag of store.tags('scalar')) {
        const series = store.scalars(run, tag);
        if (series === undefined) continue;
        const { steps, values, wallTimes } = series;
        found[run] ??= {};
        found[run]![tag] = Array.from(steps, (step, i) => [
          wallTimes[i]!,
          step,
          Number.isNaN(values[i]) ? 'NaN' : values[i]!,
        ]);
      }
    }
    for (const run of Object.keys(runs)) assert.equal(found[run], runs[run], run);
    assert.equal(Object.keys(found).sort(), Object.keys(runs).sort());
  });
}

test('what the viewer does not show is counted, in the report too', async () => {
  const { store } = await storeOf(directoryLogs(fileURLToPath(new URL('tensorboardx', folder))));
  const wanted = { audio: 1, custom_scalars: 1, hparams: 1, mesh: 1, pr_curves: 1 };
  for (const one of [store, unpackStore(packStore(store))]) {
    assert.equal(Object.fromEntries([...one.notShown].sort()), wanted);
  }
});

test('a link is no run of its own by default', async () => {
  const { store } = await storeOf(directoryLogs(fileURLToPath(new URL('linked', folder))));
  assert.equal(store.runs, ['run_1', 'run_2']);
});

test.run();
