import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { densityColours, SHADES } from '../../../viewer/cards/palettes.ts';
import { eyes, type Rgb, rgbOf, seen } from './eyes.ts';

const BACKGROUNDS: [boolean, Rgb][] = [
  [false, rgbOf('#ffffff')],
  [true, rgbOf('#16191d')],
];

test('densityColours() move away from the backbackground in lightness at every step, for any colour vision', () => {
  for (const [dark, background] of BACKGROUNDS) {
    for (const by of eyes) {
      const lightness = densityColours(dark).map((colour) => seen(colour, by)[0]);
      assert.is(lightness.length, SHADES);
      const direction = dark ? 1 : -1;
      for (let i = 8; i < SHADES; i++) {
        // One byte of colour is a lightness of about 0.004; eight shades differ by more.
        assert.ok(
          (lightness[i]! - lightness[i - 8]!) * direction > 0.004,
          `${dark ? 'dark' : 'light'}, ${by}, shade ${i}`,
        );
      }
      assert.ok(
        (lightness[0]! - seen(background, by)[0]) * direction > 0.02,
        'the first shade differs from the background',
      );
      assert.ok(Math.abs(lightness.at(-1)! - lightness[0]!) > 0.6);
    }
  }
});

test('densityColours() are even in lightness: no shade is visible as a line', () => {
  for (const [dark] of BACKGROUNDS) {
    const lightness = densityColours(dark).map((colour) => seen(colour, 'normal')[0]);
    const whole = lightness.at(-1)! - lightness[0]!;
    for (let i = 16; i < SHADES; i++) {
      const part = (lightness[i]! - lightness[i - 16]!) / whole;
      assert.ok(part > 0.02 && part < 0.125, `shade ${i}: ${part}`);
    }
  }
});

test.run();
