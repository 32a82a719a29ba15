import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ZoomTurns } from '../../../viewer/histograms/zoom-turns.ts';

const CARDS = new Map(['a', 'b', 'c'].map((name) => [name, { name }]));

/**
 * Runs frames of 16 ms, in which each card asks for a turn and paints for `cost` milliseconds if it gets one.
 * @param moving whether each card changes in each frame
 * @returns the cards that painted in each frame
 */
function painted(
  turns: ZoomTurns,
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

test('slow cards take turns, one per frame, equally often', () => {
  const frames = [0, 1, 2, 3, 4, 5];
  assert.equal(painted(new ZoomTurns(), ['a', 'b', 'c'], frames, 20), ['a', 'b', 'c', 'a', 'b', 'c']);
});

test('while the user moves something, slow cards take about a seventh of the time', () => {
  const frames = Array.from({ length: 100 }, (_, i) => i);
  const turns = painted(new ZoomTurns(), ['a', 'b'], frames, 20, true);
  assert.is(turns[0], 'a');
  const total = turns.filter((names) => names !== '').length * 20;
  assert.ok(total > 0.11 * 1600 && total < 0.18 * 1600, `${total} ms`);
  assert.is(turns.filter((names) => names === 'a').length, Math.ceil(total / 40));
});

test('once the user rests, every card is painted, one per frame', () => {
  const turns = new ZoomTurns();
  painted(turns, ['a', 'b', 'c'], [0, 1, 2], 40, true);
  assert.equal(painted(turns, ['b', 'c'], [3, 8, 9, 10], 40), ['', '', 'b', 'c']);
});

test('a very slow picture does not delay others for as long as it took', () => {
  const turns = new ZoomTurns();
  assert.equal(painted(turns, ['a'], [0, 10, 15], 1000, true), ['a', '', 'a']);
});

test('fast cards paint in the same frame', () => {
  assert.equal(painted(new ZoomTurns(), ['a', 'b', 'c'], [0, 1], 1), ['abc', 'abc']);
});

test('a card that goes out of sight loses its turn', () => {
  const turns = new ZoomTurns();
  const gone = {};
  turns.ask({}, 0, false);
  turns.ask(gone, 0, false);
  assert.equal(painted(turns, ['a'], [1, 5, 12, 13, 14], 20), ['', '', '', 'a', 'a']);
});

test.run();
