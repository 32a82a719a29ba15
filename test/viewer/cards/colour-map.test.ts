import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { densityColours, SHADES, shadeOf, shadeTable } from '../../../viewer/cards/colour-map.ts';
import { eyes, type Rgb, rgbOf, seen } from './eyes.ts';

const GROUNDS: [boolean, Rgb][] = [
  [false, rgbOf('#ffffff')],
  [true, rgbOf('#16191d')],
];

test('densityColours() go away from the ground in lightness, step by step, for all eyes', () => {
  for (const [dark, ground] of GROUNDS) {
    for (const by of eyes) {
      const lightness = densityColours(dark).map((colour) => seen(colour, by)[0]);
      assert.is(lightness.length, SHADES);
      const direction = dark ? 1 : -1;
      for (let i = 8; i < SHADES; i++) {
        // A byte of colour is a step of about 0.004: eight shades on it is farther.
        assert.ok(
          (lightness[i]! - lightness[i - 8]!) * direction > 0.004,
          `${dark ? 'dark' : 'light'}, ${by}, shade ${i}`,
        );
      }
      assert.ok((lightness[0]! - seen(ground, by)[0]) * direction > 0.02, 'the first differs from the ground');
      assert.ok(Math.abs(lightness.at(-1)! - lightness[0]!) > 0.6);
    }
  }
});

test('lightness is even: no place of the scale stands out as a line', () => {
  for (const [dark] of GROUNDS) {
    const lightness = densityColours(dark).map((colour) => seen(colour, 'normal')[0]);
    const whole = lightness.at(-1)! - lightness[0]!;
    for (let i = 16; i < SHADES; i++) {
      const part = (lightness[i]! - lightness[i - 16]!) / whole;
      assert.ok(part > 0.02 && part < 0.125, `shade ${i}: ${part}`);
    }
  }
});

test('shadeTable() is the logarithm of shadeOf(), to within a shade', () => {
  const bits = new Uint32Array(1);
  const float = new Float32Array(bits.buffer);
  for (const most of [1e-3, 0.4, 3, 1e3, 1e9]) {
    const { table, shift } = shadeTable(most, false);
    assert.ok(table.length < 20_000, `${table.length} places`);
    const colours = densityColours(false);
    for (let i = 0; i <= 1000; i++) {
      const density = most * (i / 1000) ** 4;
      if (density < most * 1e-4) continue;
      float[0] = 1 + density;
      const colour = table[(bits[0]! - 0x3f800000) >>> shift]!;
      const place = colours.findIndex(([r, g, b]) => colour === ((0xff << 24) | (b << 16) | (g << 8) | r) >>> 0);
      assert.ok(Math.abs(place - shadeOf(density, most) * (SHADES - 1)) <= 2, `${density} of ${most}: shade ${place}`);
    }
  }
});

test('shadeOf() shows the thinnest too, and nothing as nothing', () => {
  assert.is(shadeOf(0, 100), 0);
  assert.ok(shadeOf(1e-6, 1e6) >= 0.08);
  assert.is(shadeOf(100, 100), 1);
});

test.run();
