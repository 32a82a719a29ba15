/** @file From the cells of an activation to pixels. */
import { cellColours, css, SHADES } from '../cards/palettes.ts';
import type { Theme } from '../cards/theme.ts';
import type { Cells } from './shrink.ts';

/** The palette, and one colour each for what is no finite number. Little-endian RGBA. */
interface Packed {
  readonly shades: Uint32Array;
  readonly nan: number;
  readonly positiveInfinity: number;
  readonly negativeInfinity: number;
}

const packs = new Map<boolean, Packed>();

const packed = ([red, green, blue]: readonly [number, number, number]): number =>
  (0xff000000 | (blue << 16) | (green << 8) | red) >>> 0;

function packOf({ dark, lanes }: Theme): Packed {
  let pack = packs.get(dark);
  if (pack === undefined) {
    const bytes = (colour: string) =>
      [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16)) as unknown as [number, number, number];
    pack = {
      shades: Uint32Array.from(cellColours(true, dark), packed),
      nan: packed(bytes(lanes.nan)),
      positiveInfinity: packed(bytes(lanes.positiveInfinity)),
      negativeInfinity: packed(bytes(lanes.negativeInfinity)),
    };
    packs.set(dark, pack);
  }
  return pack;
}

/** @param most the value of the strongest colour, above 0 */
const shadeOf = (value: number, most: number): number => {
  const shade = Math.round(((value / most + 1) / 2) * (SHADES - 1));
  return shade < 0 ? 0 : shade >= SHADES ? SHADES - 1 : shade;
};

/** The colour of a value as CSS. */
export function colourOf(value: number, most: number, theme: Theme): string {
  if (Number.isNaN(value)) return theme.lanes.nan;
  if (value === Infinity) return theme.lanes.positiveInfinity;
  if (value === -Infinity) return theme.lanes.negativeInfinity;
  return css(cellColours(true, theme.dark)[shadeOf(value, most)]!);
}

/**
 * Draws maps of cells beside each other, without gaps, into the pixels of an image.
 * @param across the number of maps in a row
 */
export function paintCells(
  cells: Cells,
  { maps, down, wide, across }: { maps: number; down: number; wide: number; across: number },
  most: number,
  theme: Theme,
  pixels: Uint32Array,
): void {
  const { shades, nan, positiveInfinity, negativeInfinity } = packOf(theme);
  const width = across * wide;
  let cell = 0;
  for (let m = 0; m < maps; m++) {
    const start = Math.floor(m / across) * down * width + (m % across) * wide;
    for (let r = 0; r < down; r++) {
      let at = start + r * width;
      for (let c = 0; c < wide; c++) {
        const value = cells[cell++]!;
        pixels[at++] = Number.isFinite(value)
          ? shades[shadeOf(value, most)]!
          : Number.isNaN(value)
            ? nan
            : value > 0
              ? positiveInfinity
              : negativeInfinity;
      }
    }
  }
}
