import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runColour } from '../../../viewer/cards/run-colours.ts';
import { contrast, eyes, rgbOf, seen } from './eyes.ts';

for (const [dark, ground] of [
  [false, '#ffffff'],
  [true, '#16191d'],
] as const) {
  const colours = Array.from({ length: 8 }, (_, i) => rgbOf(runColour(i, dark)));

  test(`runColour() distinguishes eight runs with any colour vision, on ${ground}`, () => {
    for (const by of eyes) {
      for (const [i, one] of colours.entries()) {
        for (const [j, other] of colours.slice(0, i).entries()) {
          const [a, b] = [seen(one, by), seen(other, by)];
          const distance = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
          assert.ok(distance >= 0.11, `runs ${i} and ${j}, ${by}: ${distance}`);
        }
      }
    }
  });

  test(`runColour() has enough contrast on ${ground}`, () => {
    for (const colour of colours) assert.ok(contrast(colour, rgbOf(ground)) >= 3, `${colour}`);
  });
}

test('runColour() repeats after eight', () => {
  assert.is(runColour(8, false), runColour(0, false));
});

test.run();
