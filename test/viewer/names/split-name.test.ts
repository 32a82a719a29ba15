import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { departureOf, splitName } from '../../../viewer/names/split-name.ts';

test('names that differ at the end alone differ in the part that stays', () => {
  const [a, b] = ['1', '2'].map((last) => splitName(`${'x'.repeat(499)}${last}`));
  assert.is(a![0], b![0]);
  assert.equal([a![1], b![1]], ['xxxxxxxxxxx1', 'xxxxxxxxxxx2']);
});

test('short names are one part', () => {
  assert.equal(splitName('run'), ['', 'run']);
  assert.equal(splitName(''), ['', '']);
  assert.equal(splitName('dense_1/kernel1'), ['', 'dense_1/kernel1']);
});

test('the part that stays begins with a word, if one begins near', () => {
  for (const [start, end] of [
    ['CartPole-', 'v1_seed=3'],
    ['search/rate=0.001/', 'layers=4/seed=12'],
    ['resnet.layer4.', '1.conv2.weight'],
    ['model___', 'checkpoint'],
    // Words of two letters alone say too little.
    ['extraordi', 'narily=3/a_b'],
  ] as const) {
    assert.equal(splitName(start + end), [start, end]);
  }
});

test('the part that stays has the character by which a name departs from others', () => {
  const runs = ['adam', 'adamax', 'sgd'].map((name) => `mnist/optimizer=${name}_batch=64_epochs=100_final`);
  const splits = runs.map((run) => splitName(run, departureOf(run, runs)));
  assert.equal(
    splits.map(([start]) => start),
    ['mnist/optimizer=', 'mnist/optimizer=', 'mnist/optimizer='],
  );
  const word = 'b'.repeat(60);
  assert.equal(splitName(`run_${word}`, 30), [`run_${'b'.repeat(26)}`, 'b'.repeat(34)], 'within a long word');
  // A difference near the start is seen at the start.
  assert.equal(splitName('dqn_mountain_car_seed=3', 1), ['dqn_mountain_', 'car_seed=3']);
});

test('a name departs where the most similar other name does', () => {
  const names = ['a/1', 'b', 'a/12', '', 'a/2'];
  assert.equal(
    names.map((name) => departureOf(name, names)),
    [3, 0, 3, 0, 2],
  );
  assert.is(departureOf('only', ['only']), 0);
});

test('a name is cut between characters, not within surrogate pairs or before accents', () => {
  const accents = `${'a'.repeat(20)}e\u0301${'b'.repeat(11)}`;
  assert.equal(splitName(accents), ['a'.repeat(20), `e\u0301${'b'.repeat(11)}`]);
  const [start, end] = splitName('😀'.repeat(30));
  assert.equal([start, end], ['😀'.repeat(18), '😀'.repeat(12)]);
  assert.equal(splitName('😀'.repeat(30), 20), ['😀'.repeat(10), '😀'.repeat(20)]);
});

test('both parts together are the name', () => {
  for (const name of ['תרגיל-אימון-ארוך-מאוד-של-הרשת-העמוקה', 'a/b'.repeat(200), '👩‍👩‍👧'.repeat(9)]) {
    for (const from of [-3, 0, 5, 17, name.length, 1000]) assert.is(splitName(name, from).join(''), name);
  }
});

test.run();
