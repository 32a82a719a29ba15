import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { axisGroups, type LastSteps, partedGroup } from '../../../viewer/axes/axis-groups.ts';

type Run = Readonly<Record<string, number>>;

/** The groups of runs, given in any order. */
function groupsOf(runs: readonly Run[], chosen: readonly (readonly string[])[] = []) {
  const tags = [...new Set(runs.flatMap(Object.keys))];
  const longest = (run: Run) => Math.max(...Object.values(run));
  const maps: LastSteps[] = [...runs]
    .sort((a, b) => longest(b) - longest(a))
    .map((run) => new Map(Object.entries(run)));
  return axisGroups(tags, maps, chosen);
}

test('axisGroups(): epochs and iterations of Keras are apart', () => {
  const train = { 'dense/kernel': 9, epoch_loss: 9, epoch_accuracy: 9 };
  const validation = { epoch_loss: 9, evaluation_loss_vs_iterations: 15_000 };
  assert.equal(groupsOf([train, validation]), [
    ['dense/kernel', 'epoch_loss', 'epoch_accuracy'],
    ['evaluation_loss_vs_iterations'],
  ]);
});

test('axisGroups(): a factor of four is one group, more is not', () => {
  assert.equal(groupsOf([{ train: 100, test: 25 }]), [['train', 'test']]);
  assert.equal(groupsOf([{ train: 100, test: 24 }]), [['train'], ['test']]);
});

test('axisGroups(): all tags of a group lie within the factor, not only neighbours', () => {
  assert.equal(groupsOf([{ a: 1000, b: 300, c: 100, d: 30 }]), [
    ['a', 'b'],
    ['c', 'd'],
  ]);
});

test('axisGroups(): a group takes in the same tags of all runs, however long these are', () => {
  assert.equal(groupsOf([{ loss: 1_000_000 }, { loss: 3 }, { loss: 500 }]), [['loss']]);
});

test('axisGroups(): a run that has just begun does not join epochs and iterations', () => {
  const begun = { epoch_loss: 1, batch_loss: 3 };
  assert.equal(groupsOf([begun]), [['epoch_loss', 'batch_loss']]);
  assert.equal(groupsOf([begun, { epoch_loss: 20, batch_loss: 30_000 }]), [['epoch_loss'], ['batch_loss']]);
});

test('axisGroups(): tags of a shorter run alone stand beside its tags that end nearest', () => {
  const long = { epoch_loss: 100, batch_loss: 90_000 };
  const short = { epoch_loss: 10, epoch_f1: 10, batch_loss: 9000, batch_f1: 8000 };
  assert.equal(groupsOf([short, long]), [
    ['epoch_loss', 'epoch_f1'],
    ['batch_loss', 'batch_f1'],
  ]);
});

test('axisGroups(): tags of different runs are one group if they end alike', () => {
  const train = { epoch_loss: 9, batch_loss: 15_000 };
  const validation = { epoch_loss: 9, evaluation_loss_vs_iterations: 14_900 };
  assert.equal(groupsOf([train, validation]), [['epoch_loss'], ['batch_loss', 'evaluation_loss_vs_iterations']]);
  assert.equal(groupsOf([{ a: 40 }, { b: 10 }]), [['a', 'b']]);
  assert.equal(groupsOf([{ a: 41 }, { b: 10 }]), [['a'], ['b']]);
});

test('axisGroups(): iterations of a short run do not join the epochs of a long one', () => {
  const long = { epoch_loss: 90, batch_loss: 9000 };
  const short = { epoch_loss: 9, samples: 90 };
  assert.equal(groupsOf([long, short]), [['epoch_loss'], ['batch_loss'], ['samples']]);
  // Nor each other.
  assert.equal(groupsOf([long, { a: 8000, b: 1900 }]), [['epoch_loss'], ['batch_loss', 'a'], ['b']]);
});

test('axisGroups(): a tag at step 0 alone joins the shortest group of its run', () => {
  assert.equal(groupsOf([{ config: 0, epoch_loss: 9, batch_loss: 9000 }]), [['config', 'epoch_loss'], ['batch_loss']]);
  assert.equal(groupsOf([{ config: 0, graph: 0 }]), [['config', 'graph']]);
  assert.equal(groupsOf([{ before: -5, loss: 100 }]), [['before', 'loss']]);
  // The shortest of all if its run has no other.
  assert.equal(groupsOf([{ epoch_loss: 9, batch_loss: 9000 }, { accuracy: 0 }]), [
    ['epoch_loss', 'accuracy'],
    ['batch_loss'],
  ]);
});

test('axisGroups(): tags that are prefixes of others, and names of objects, are tags like any other', () => {
  assert.equal(groupsOf([{ loss: 9, 'loss/a': 9000, 'loss/a/b': 9, constructor: 9000 }]), [
    ['loss', 'loss/a/b'],
    ['loss/a', 'constructor'],
  ]);
});

test('axisGroups(): steps beyond 2^53', () => {
  assert.equal(groupsOf([{ a: 2 ** 60, b: 2 ** 59, c: 2 ** 40 }]), [['a', 'b'], ['c']]);
});

test('axisGroups(): what the user chose stays, and later tags join the nearest of it', () => {
  const run = { epoch_loss: 9, batch_loss: 9000 };
  const linked = [['epoch_loss', 'batch_loss']];
  assert.equal(groupsOf([run], linked), linked);
  assert.equal(groupsOf([{ ...run, batch_f1: 9000, epoch_f1: 9 }], linked), [
    ['epoch_loss', 'batch_loss', 'batch_f1', 'epoch_f1'],
  ]);
  const parted = [['train'], ['test']];
  assert.equal(groupsOf([{ train: 100, test: 50, 'test/f1': 55 }], parted), [['train'], ['test', 'test/f1']]);
});

test('axisGroups(): a tag with an axis of its own does not take a later one along', () => {
  assert.equal(groupsOf([{ lr: 100, loss: 100, f1: 100, late: 100 }], [['lr'], ['loss', 'f1']]), [
    ['lr'],
    ['loss', 'f1', 'late'],
  ]);
});

test('axisGroups(): chosen tags that were never logged, and tags chosen twice, do no harm', () => {
  assert.equal(groupsOf([{ a: 1, b: 1 }], [['gone'], ['a', 'gone'], ['a', 'b']]), [['a'], ['b']]);
});

test('axisGroups() reads no further run once every tag has a place', () => {
  function* runs() {
    yield new Map([
      ['a', 9],
      ['b', 9],
    ]);
    throw new Error('read too far');
  }
  assert.equal(axisGroups(['a', 'b'], runs(), []), [['a', 'b']]);
});

test('partedGroup() parts a group where its last steps differ most', () => {
  const last: Run = { a: 100, b: 90, c: 30, d: 28, e: 0 };
  assert.equal(
    partedGroup(['a', 'c', 'b', 'd'], (tag) => last[tag]!),
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  );
  assert.equal(
    partedGroup(['c', 'e'], (tag) => last[tag]!),
    [['c'], ['e']],
  );
  assert.is(
    partedGroup(['a', 'b'], () => 5),
    undefined,
  );
});

test.run();
