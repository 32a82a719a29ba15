import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PaintTurns } from '../../../viewer/cards/paint-turns.ts';

const CARDS = new Map(['a', 'b', 'c'].map((name) => [name, { name }]));

/**
 * Frames of 16 ms, in each of which every card asks and paints for so long if it may.
 * @param moving whether each of them wants something else each time
 * @returns who painted in each frame
 */
function painted(
  turns: PaintTurns,
  cards: readonly string[],
  frames: readonly number[],
  cost: number,
  moving = false,
): string[] {
  return frames.map((frame) =>
    cards
      .filter((name) => {
        const may = turns.ask(CARDS.get(name)!, frame * 16, moving);
        if (may) turns.took(CARDS.get(name)!, cost);
        return may;
      })
      .join(''),
  );
}

test('slow cards take turns: one a frame, each as often as the others', () => {
  const frames = [0, 1, 2, 3, 4, 5];
  assert.equal(painted(new PaintTurns(), ['a', 'b', 'c'], frames, 20), ['a', 'b', 'c', 'a', 'b', 'c']);
});

test('while a hand moves, slow cards leave most frames to it: a seventh of the time is theirs', () => {
  const frames = Array.from({ length: 100 }, (_, i) => i);
  const turns = painted(new PaintTurns(), ['a', 'b'], frames, 20, true);
  assert.is(turns[0], 'a');
  const total = turns.filter((who) => who !== '').length * 20;
  assert.ok(total > 0.11 * 1600 && total < 0.18 * 1600, `${total} ms`);
  assert.is(turns.filter((who) => who === 'a').length, Math.ceil(total / 40));
});

test('once a hand rests, everything is painted, one card a frame', () => {
  const turns = new PaintTurns();
  painted(turns, ['a', 'b', 'c'], [0, 1, 2], 40, true);
  assert.equal(painted(turns, ['b', 'c'], [3, 8, 9, 10], 40), ['', '', 'b', 'c']);
});

test('a picture that takes very long does not keep others waiting for as long', () => {
  const turns = new PaintTurns();
  assert.equal(painted(turns, ['a'], [0, 10, 15], 1000, true), ['a', '', 'a']);
});

test('fast cards paint in the same frame', () => {
  assert.equal(painted(new PaintTurns(), ['a', 'b', 'c'], [0, 1], 1), ['abc', 'abc']);
});

test('one that went out of sight while it waited is not waited for', () => {
  const turns = new PaintTurns();
  const gone = {};
  turns.ask({}, 0, false);
  turns.ask(gone, 0, false);
  assert.equal(painted(turns, ['a'], [1, 5, 12, 13, 14], 20), ['', '', '', 'a', 'a']);
});

test.run();
