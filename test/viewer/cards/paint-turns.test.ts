import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PaintTurns } from '../../../src/viewer/cards/paint-turns.ts';

/** Frames of 16 ms, in each of which every card asks and paints for so long if it may. @returns who painted in each frame */
function painted(turns: PaintTurns, cards: readonly string[], frames: readonly number[], cost: number): string[] {
  const names = new Map(cards.map((name) => [name, { name }]));
  return frames.map((frame) =>
    cards
      .filter((name) => {
        const may = turns.ask(names.get(name)!, frame * 16);
        if (may) turns.took(names.get(name)!, cost);
        return may;
      })
      .join(''),
  );
}

test('slow cards take turns: one a frame, each as often as the others', () => {
  const frames = [0, 1, 2, 3, 4, 5];
  assert.equal(painted(new PaintTurns(), ['a', 'b', 'c'], frames, 20), ['a', 'b', 'c', 'a', 'b', 'c']);
});

test('fast cards paint in the same frame', () => {
  assert.equal(painted(new PaintTurns(), ['a', 'b', 'c'], [0, 1], 1), ['abc', 'abc']);
});

test('one that went out of sight while it waited is not waited for', () => {
  const turns = new PaintTurns();
  const gone = {};
  turns.ask({}, 0);
  turns.ask(gone, 0);
  assert.equal(painted(turns, ['a'], [1, 5, 12, 13, 14], 20), ['', '', '', 'a', 'a']);
});

test.run();
