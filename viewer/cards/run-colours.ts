import type { View } from '../state/view-state.ts';
import { css, oklch } from './palettes.ts';

// From Okabe and Ito, "Color Universal Design" (2008), adjusted until any two of a set are at least 0.11 apart in OKLab
// as seen with normal vision, protanopia and deuteranopia (Machado, Oliveira and Fernandes, 2009). Their contrast to
// the background is at least 3.
const ON_LIGHT = ['#0170ae', '#dd660b', '#009e73', '#9e3b6a', '#399bd0', '#5a2b91', '#9d4e00', '#663502'];
const ON_DARK = ['#1bb1c9', '#e08e14', '#867dfd', '#018b72', '#e9cb3f', '#d24601', '#8ed5fe', '#9148b3'];

/** Further colours in turn: lightness and chroma that keep a contrast of at least 3. */
const FURTHER = {
  light: [
    [0.55, 0.14],
    [0.42, 0.11],
    [0.6, 0.09],
    [0.48, 0.18],
  ],
  dark: [
    [0.75, 0.13],
    [0.62, 0.16],
    [0.84, 0.08],
    [0.68, 0.09],
  ],
} as const;
/** Degrees between the hues of successive colours: any number of them is spread over the circle. */
const GOLDEN_ANGLE = 180 * (3 - Math.sqrt(5));

/** The colour of the run with this index in the store, as `#rrggbb`. */
export function runColour(index: number, dark: boolean): string {
  const first = dark ? ON_DARK : ON_LIGHT;
  if (index < first.length) return first[index]!;
  const looks = FURTHER[dark ? 'dark' : 'light'];
  const [lightness, chroma] = looks[index % looks.length]!;
  // Farther from the background in each round, so that no two of a thousand are the same.
  const farther = 0.004 * (Math.floor(index / 100) % 10) * (dark ? 1 : -1);
  return css(oklch(lightness + farther, chroma, (index * GOLDEN_ANGLE) % 360));
}

/** The colour that the user gave a run, or that of its index. */
export const shownColour = (run: string, index: number, { colours }: Pick<View, 'colours'>, dark: boolean): string =>
  colours.get(run) ?? runColour(index, dark);
