import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { splitName } from '../../viewer/names.ts';

test('names that differ at the end alone differ in the part that stays', () => {
  const [a, b] = ['1', '2'].map((last) => splitName(`${'x'.repeat(499)}${last}`));
  assert.is(a![0], b![0]);
  assert.equal([a![1], b![1]], ['xxxxxxxxxxx1', 'xxxxxxxxxxx2']);
});

test('short names are one part', () => {
  assert.equal(splitName('run'), ['', 'run']);
  assert.equal(splitName(''), ['', '']);
  assert.equal(splitName('dense_1/kernel1'), ['', 'dense_1/kernel1']);
  assert.equal(splitName('dense_1/kernel12'), ['dens', 'e_1/kernel12']);
});

test('a name is cut between characters, not within surrogate pairs or before accents', () => {
  const accents = `${'a'.repeat(20)}e\u0301${'b'.repeat(11)}`;
  assert.equal(splitName(accents), ['a'.repeat(20), `e\u0301${'b'.repeat(11)}`]);
  const [start, end] = splitName('😀'.repeat(30));
  assert.equal([start, end], ['😀'.repeat(18), '😀'.repeat(12)]);
});

test('both parts together are the name', () => {
  for (const name of ['תרגיל-אימון-ארוך-מאוד-של-הרשת-העמוקה', 'a/b'.repeat(200), '👩‍👩‍👧'.repeat(9)]) {
    assert.is(splitName(name).join(''), name);
  }
});

test.run();
