import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nearest, nearestLine } from '../../src/check/index.ts';

test('nearest() sorts by the characters to insert, delete or replace', () => {
  assert.equal(nearest('predcit', ['forward', 'predicts', 'predict']), ['predict', 'predicts', 'forward']);
});

test('nearest() also compares as many last names of a path as the wanted one has', () => {
  const names = ['decoder', 'head', 'encoder.0.fc2', 'encoder.0.fc1'];
  assert.equal(nearest('fc1', names).slice(0, 2), ['encoder.0.fc1', 'encoder.0.fc2']);
  assert.equal(nearest('1.fc2', names).slice(0, 2), ['encoder.0.fc2', 'encoder.0.fc1']);
  // An end that shares no character with the wanted name is not near.
  assert.equal(nearest('ead', ['encoder.0', 'head.0', 'head']), ['head', 'head.0', 'encoder.0']);
});

test('nearest() offers five names, in bounded time', () => {
  const names = Array.from({ length: 1000 }, (_, i) => `blocks.${i}.${'x'.repeat(1000)}`);
  assert.is(nearest('y'.repeat(1_000_000), names).length, 5);
  assert.equal(nearest('a', []), []);
});

test('nearestLine() is a line of a message, or nothing', () => {
  assert.is(nearestLine('fc', ['fc1', 'fc2']), '\n  nearest: fc1, fc2');
  assert.is(nearestLine('fc', []), '');
});

test.run();
