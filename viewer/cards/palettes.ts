/** @file Colours of values. shade.ts gives them to the pixels of a heat map, matrix-scale.ts to the cells of the overview. */
import { clamp } from './geometry.ts';

// Palettes as paths through OKLCH (Ottosson, "A perceptual color space for image processing", 2020), where equal
// steps of lightness look equal. Lightness carries the value, for any colour vision; hue only helps.

/** Evenly spaced points, with the hue in degrees. */
type Path = readonly (readonly [lightness: number, chroma: number, hue: number])[];

const ON_LIGHT: Path = [
  [0.955, 0.022, 205],
  [0.8, 0.085, 205],
  [0.62, 0.12, 235],
  [0.43, 0.135, 268],
  [0.25, 0.095, 285],
];
const ON_DARK: Path = [
  [0.265, 0.05, 280],
  [0.42, 0.125, 270],
  [0.6, 0.12, 232],
  [0.79, 0.115, 185],
  [0.96, 0.11, 112],
];

/** The number of colours in a palette: more than eyes can distinguish. */
export const SHADES = 256;

const linearToByte = (channel: number): number => {
  const c = clamp(channel, 0, 1);
  return Math.round(255 * (c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055));
};

/** OKLCH to linear sRGB, possibly out of gamut. */
function oklchToLinear(lightness: number, chroma: number, hue: number): [number, number, number] {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

type Rgb = readonly [red: number, green: number, blue: number];

/** OKLCH to sRGB bytes, with the chroma reduced until the colour is in gamut. */
export function oklch(lightness: number, chroma: number, hue: number): Rgb {
  for (let c = chroma; c > 0; c -= 0.004) {
    const channels = oklchToLinear(lightness, c, hue);
    if (channels.every((channel) => channel > -0.001 && channel < 1.001)) return channels.map(linearToByte) as never;
  }
  return oklchToLinear(lightness, 0, hue).map(linearToByte) as never;
}

export const css = ([red, green, blue]: Rgb): string =>
  `#${[red, green, blue].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;

export function densityColours(dark: boolean): readonly Rgb[] {
  const made = dark ? maps.dark : maps.light;
  if (made.length === 0) made.push(...along(dark ? ON_DARK : ON_LIGHT));
  return made;
}
const maps: Readonly<Record<'light' | 'dark', Rgb[]>> = { light: [], dark: [] };

function along(path: Path): Rgb[] {
  return Array.from({ length: SHADES }, (_, i) => {
    const at = (i / (SHADES - 1)) * (path.length - 1);
    const from = path[Math.min(path.length - 2, Math.floor(at))]!;
    const to = path[Math.min(path.length - 1, Math.floor(at) + 1)]!;
    const t = at - Math.min(path.length - 2, Math.floor(at));
    const mix = (k: 0 | 1 | 2): number => from[k] + (to[k] - from[k]) * t;
    return oklch(mix(0), mix(1), mix(2));
  });
}

export function cellColours(diverging: boolean, dark: boolean): readonly Rgb[] {
  return diverging ? divergingColours(dark) : densityColours(dark);
}

/** Blue below 0, ochre above: distinct with any colour vision, and unlike the alarm colour. */
function divergingColours(dark: boolean): Rgb[] {
  return Array.from({ length: SHADES }, (_, i) => {
    const side = (i / (SHADES - 1)) * 2 - 1;
    const far = Math.abs(side);
    const [near, end] = dark ? [0.27, 0.82] : [0.965, 0.38];
    return oklch(near + (end - near) * far, 0.01 + 0.13 * Math.sqrt(far), side < 0 ? 245 : 70);
  });
}
