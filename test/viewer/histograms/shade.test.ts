import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { densityColours, SHADES } from '../../../viewer/cards/palettes.ts';
import { shadeOf, shadeTable } from '../../../viewer/histograms/shade.ts';

test('shadeTable() agrees with shadeOf() to within two shades', () => {
  const bits = new Uint32Array(1);
  const float = new Float32Array(bits.buffer);
  for (const most of [1e-3, 0.4, 3, 1e3, 1e9]) {
    const { table, shift } = shadeTable(most, false);
    assert.ok(table.length < 20_000, `${table.length} entries`);
    const colours = densityColours(false);
    for (let i = 0; i <= 1000; i++) {
      const density = most * (i / 1000) ** 4;
      if (density < most * 1e-4) continue;
      float[0] = 1 + density;
      const colour = table[(bits[0]! - 0x3f800000) >>> shift]!;
      const shade = colours.findIndex(([r, g, b]) => colour === ((0xff << 24) | (b << 16) | (g << 8) | r) >>> 0);
      assert.ok(Math.abs(shade - shadeOf(density, most) * (SHADES - 1)) <= 2, `${density} of ${most}: shade ${shade}`);
    }
  }
});

test('shadeOf() keeps the smallest density visible, and 0 empty', () => {
  assert.is(shadeOf(0, 100), 0);
  assert.ok(shadeOf(1e-6, 1e6) >= 0.08);
  assert.is(shadeOf(100, 100), 1);
});

test.run();
