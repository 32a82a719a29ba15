/** @file From the density of a histogram to the colours of the heat map's pixels. */
import { densityColours, SHADES } from '../cards/palettes.ts';
import type { Density } from './density.ts';

/** The position of a density in the palette, 0 to 1. The smallest density is still visible. */
export function shadeOf(density: number, most: number): number {
  return density > 0 ? FAINTEST + (1 - FAINTEST) * (Math.log1p(density) / Math.log1p(most)) : 0;
}
const FAINTEST = 0.08;

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);
const ONE = 0x3f800000;

/**
 * {@link shadeOf} as a table, which spares a logarithm per pixel. The bits of the float32 `1 + density` grow about as
 * its logarithm; less those of 1 and shifted right by `shift`, they index the table. Colours are little-endian RGBA.
 */
export function shadeTable(most: number, dark: boolean): { table: Uint32Array; shift: number } {
  const colours = densityColours(dark);
  // Keep as many bits of the mantissa as make about 4096 entries, whatever the range.
  const kept = Math.max(4, Math.min(20, Math.floor(Math.log2(4096 / Math.log2(1 + most)))));
  const shift = 23 - kept;
  float[0] = 1 + most;
  const table = new Uint32Array(((bits[0]! - ONE) >>> shift) + 2);
  for (let entry = 0; entry < table.length; entry++) {
    bits[0] = ONE + entry * 2 ** shift + 2 ** (shift - 1);
    const shade = Math.min(1, shadeOf(Math.max(float[0]! - 1, 1e-9), most));
    const [red, green, blue] = colours[Math.round(shade * (SHADES - 1))]!;
    table[entry] = 0xff000000 | (blue << 16) | (green << 8) | red;
  }
  return { table, shift };
}

/** Fills an image with the colours of a density, from the top row down. Empty pixels stay transparent. */
export function shade(
  { width, rows, mass }: Density,
  scale: number,
  most: number,
  dark: boolean,
  pixels: Uint32Array,
): void {
  const { table, shift } = shadeTable(most, dark);
  for (let x = 0; x < width; x++) {
    const start = x * (rows + 2) + 1;
    for (let row = 0, at = (rows - 1) * width + x; row < rows; row++, at -= width) {
      const amount = mass[start + row]!;
      if (amount === 0) continue;
      float[0] = 1 + amount * scale;
      const entry = (bits[0]! - ONE) >>> shift;
      pixels[at] = table[entry < table.length ? entry : table.length - 1]!;
    }
  }
}
