import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runColour, shownColour } from '../../../viewer/cards/run-colours.ts';
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

for (const [dark, ground] of [
  [false, '#ffffff'],
  [true, '#16191d'],
] as const) {
  const colours = Array.from({ length: 1000 }, (_, i) => runColour(i, dark));

  test(`runColour() gives a thousand runs a thousand colours that can be seen on ${ground}`, () => {
    assert.is(new Set(colours).size, 1000);
    for (const colour of colours) assert.ok(contrast(rgbOf(colour), rgbOf(ground)) >= 3, colour);
  });

  test(`runColour() keeps thirty runs apart on ${ground}`, () => {
    const labs = colours.slice(0, 30).map((colour) => seen(rgbOf(colour), 'normal'));
    for (const [i, a] of labs.entries()) {
      for (const [j, b] of labs.slice(0, i).entries()) {
        const distance = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
        assert.ok(distance >= 0.027, `runs ${i} and ${j}: ${distance}`);
      }
    }
  });
}

test('shownColour() is what the user chose, or that of the index', () => {
  const colours = new Map([['b', '#123456']]);
  assert.is(shownColour('b', 1, { colours }, false), '#123456');
  assert.is(shownColour('a', 1, { colours }, true), runColour(1, true));
});

test.run();
