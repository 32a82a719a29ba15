import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { TagAxis } from '../../../viewer/axes/tag-axis.ts';
import type { CardContext } from '../../../viewer/cards/card.ts';
import type { ScalarPoint } from '../../../viewer/data/points.ts';
import { Store } from '../../../viewer/data/store.ts';
import { contextOf } from '../context.ts';

const scalar = (run: string, tag: string, step: number, wallTime = 1.7e9 + step): ScalarPoint => ({
  kind: 'scalar',
  run,
  tag,
  step,
  wallTime,
  value: step,
});
const range = (count: number, one: (i: number) => ScalarPoint): ScalarPoint[] =>
  Array.from({ length: count }, (_, i) => one(i));

/** Ten epochs of 100 iterations in two runs. */
function keras(): CardContext {
  const store = new Store();
  for (const run of ['train', 'validation']) {
    store.add(range(10, (i) => scalar(run, 'epoch_loss', i, 1000 + 60 * i)));
    store.add(range(11, (i) => scalar(run, 'batch_loss', i * 100, 1000 + 60 * i)));
  }
  store.add(range(10, (i) => scalar('train', 'epoch_f1', i, 1000 + 60 * i)));
  return contextOf(store);
}
const axisOf = ({ axes, state }: CardContext, tag: string) => new TagAxis(axes, state, tag);
const tagsOf = ({ axes }: CardContext) => axes.groups.map(({ tags }) => tags);

test('range, brush and pointer belong to a group', () => {
  const context = keras();
  const [epochs, f1, batches] = ['epoch_loss', 'epoch_f1', 'batch_loss'].map((tag) => axisOf(context, tag));
  assert.equal(
    [epochs!.extent, batches!.extent],
    [
      [0, 9],
      [0, 1000],
    ],
  );
  epochs!.change({ steps: [2, 5], brush: [3, 4], hover: { at: 3, step: 3 } });
  batches!.change({ brush: [100, 300] });
  assert.equal([f1!.steps, f1!.brush, f1!.hover?.at], [[2, 5], [3, 4], 3]);
  assert.equal([batches!.steps, batches!.brush, batches!.hover], [undefined, [100, 300], undefined]);
  f1!.change({ steps: undefined });
  assert.is(epochs!.steps, undefined);
  // A pointer without a tag is on all axes.
  context.state.change({ hover: { step: 7 } });
  assert.equal([epochs!.hover?.at, batches!.hover?.at], [7, 7]);
});

test('hidden runs and filtered tags leave the extent, and keep the groups', () => {
  const context = keras();
  context.store.add([scalar('validation', 'epoch_loss', 99), scalar('train', 'epoch_f1', 29)]);
  const epochs = axisOf(context, 'epoch_loss');
  const before = tagsOf(context);
  assert.equal(epochs.extent, [0, 99]);
  context.state.change({ hiddenRuns: new Set(['validation']) });
  assert.equal(epochs.extent, [0, 29]);
  context.state.change({ filter: 'loss' });
  assert.equal(epochs.extent, [0, 9]);
  assert.equal(context.axes.group('epoch_f1')!.shown, ['epoch_loss']);
  context.state.change({ hiddenRuns: new Set(['train', 'validation']) });
  assert.is(epochs.extent, undefined);
  assert.equal(tagsOf(context), before);
});

test('groups are linked and parted, and a tag gets an axis of its own', () => {
  const context = keras();
  const { axes } = context;
  const [epochs, batches] = axes.groups;
  axes.link([epochs!, batches!]);
  assert.equal(tagsOf(context), [['epoch_loss', 'batch_loss', 'epoch_f1']]);
  assert.equal(axisOf(context, 'epoch_f1').extent, [0, 1000]);
  assert.ok(axes.canPart(axes.groups[0]!));
  axes.part(axes.groups[0]!);
  assert.equal(tagsOf(context), [['epoch_loss', 'epoch_f1'], ['batch_loss']]);
  assert.not(axes.canPart(axes.groups[0]!), 'both end at epoch 9');
  axes.part(axes.groups[0]!);
  assert.is(axes.groups.length, 2);
  axes.separate('epoch_f1');
  assert.equal(tagsOf(context), [['epoch_loss'], ['batch_loss'], ['epoch_f1']]);
  // As at first.
  context.state.change({ axes: [] });
  assert.equal(tagsOf(context), [['epoch_loss', 'epoch_f1'], ['batch_loss']]);
});

test('a zoom stays with its tag when groups change', () => {
  const context = keras();
  axisOf(context, 'epoch_f1').change({ steps: [2, 5] });
  context.axes.separate('epoch_f1');
  assert.equal(axisOf(context, 'epoch_f1').steps, [2, 5]);
  assert.is(axisOf(context, 'epoch_loss').steps, undefined);
});

test('a brush of time is the steps that each run logged then', () => {
  const store = new Store();
  // The second run starts an hour later and takes twice as long for a step.
  store.add(range(10, (i) => scalar('fast', 'loss', i, 1000 + 10 * i)));
  store.add(range(10, (i) => scalar('slow', 'loss', i, 4600 + 20 * i)));
  const context = contextOf(store, { axis: 'relative' });
  const axis = axisOf(context, 'loss');
  assert.equal(axis.extent, [0, 180]);
  axis.change({ brush: [20, 60] });
  const stepsOf = (run: string) => {
    const records = store.scalars(run, 'loss')!;
    const [from, to] = axis.brush!;
    const places = axis.places(run, records);
    return [...records.steps].filter((_, i) => places[i]! >= from && places[i]! <= to);
  };
  assert.equal(
    [stepsOf('fast'), stepsOf('slow')],
    [
      [2, 3, 4, 5, 6],
      [1, 2, 3],
    ],
  );
  context.state.change({ axis: 'wall' });
  assert.is(axis.brush, undefined, 'it was of another unit');
  assert.equal(axis.extent, [1000, 4780]);
});

test("relative time counts from a run's first record of any tag", () => {
  const store = new Store();
  store.add([scalar('a', 'config', 0, 500), ...range(3, (i) => scalar('a', 'loss', i, 510 + i))]);
  const axis = axisOf(contextOf(store, { axis: 'relative' }), 'loss');
  assert.equal([...axis.places('a', store.scalars('a', 'loss')!)], [10, 11, 12]);
  store.add([scalar('a', 'earlier', 0, 400)]);
  assert.equal([...axis.places('a', store.scalars('a', 'loss')!)], [110, 111, 112]);
});

test('a single record, equal times and clocks that go back have an extent', () => {
  for (const [wallTimes, extent] of [
    [[1000], [0, 0]],
    [
      [1000, 1000],
      [0, 0.5],
    ],
    [
      [1000, 900, 1010],
      [0, 10],
    ],
  ] as const) {
    const store = new Store();
    store.add(wallTimes.map((time, step) => scalar('a', 'loss', step, time)));
    assert.equal(axisOf(contextOf(store, { axis: 'relative' }), 'loss').extent, extent, String(wallTimes));
  }
});

test('records without any time have no place in time', () => {
  const store = new Store();
  store.add(range(3, (i) => scalar('a', 'loss', i, 0)));
  store.add(range(3, (i) => scalar('b', 'loss', i, Number.NaN)));
  const context = contextOf(store, { axis: 'wall', hover: { step: 1, run: 'a', tag: 'loss' } });
  const axis = axisOf(context, 'loss');
  assert.is(axis.extent, undefined);
  assert.is(axis.hover, undefined);
  context.state.change({ axis: 'step' });
  assert.equal(axis.extent, [0, 2]);
});

test('a pointer at a step is at the time of its record', () => {
  const store = new Store();
  store.add(range(5, (i) => scalar('a', 'loss', i * 10, 1000 + i * i)));
  const context = contextOf(store, { axis: 'relative' });
  context.state.change({ hover: { step: 30, run: 'a', tag: 'loss' } });
  assert.is(axisOf(context, 'loss').hover?.at, 9);
  context.state.change({ hover: { step: 30, time: 5, run: 'a', tag: 'loss' } });
  assert.is(axisOf(context, 'loss').hover?.at, 5);
});

test('frozen() is what all axes show, zoomed or not', () => {
  const context = keras();
  axisOf(context, 'epoch_f1').change({ steps: [2, 5] });
  assert.equal(
    [...context.axes.frozen()],
    [
      ['epoch_f1', [2, 5]],
      ['batch_loss', [0, 1000]],
    ],
  );
});

test('no data has no groups', () => {
  const context = contextOf(new Store());
  assert.equal(context.axes.groups, []);
  const axis = axisOf(context, 'nothing');
  axis.change({ steps: [1, 2] });
  assert.equal([axis.extent, axis.steps, axis.brush], [undefined, [1, 2], undefined]);
});

test.run();
