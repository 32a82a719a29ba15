// Colour maps, as paths through OKLCH (Ottosson, "A perceptual color space for image processing", 2020), where equal
// steps of lightness look equal. Lightness carries the value, since it is visible with any colour vision; hue only helps.

/** Evenly spaced points, with the hue in degrees. Density goes from near the background to as far from it as possible. */
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

/** Colours in a map: more than can be told apart. */
export const SHADES = 256;

const linearToByte = (channel: number): number => {
  const c = Math.min(1, Math.max(0, channel));
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

/** The colours from sparse to dense. */
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

/** The position of a density in the colour map, 0 to 1. The smallest density is still visible. */
export function shadeOf(density: number, most: number): number {
  return density > 0 ? FAINTEST + (1 - FAINTEST) * (Math.log1p(density) / Math.log1p(most)) : 0;
}
const FAINTEST = 0.08;

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);
const ONE = 0x3f800000;

/**
 * {@link shadeOf} as a table, which spares a logarithm per pixel. The bits of the float32 `1 + density` grow about as its
 * logarithm; shifted right by `shift`, less those of 1, they index the table. Colours are little-endian RGBA, as in
 * ImageData.
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

/** The colours of a scale from its low to its high end. */
export function cellColours(diverging: boolean, dark: boolean): readonly Rgb[] {
  return diverging ? divergingColours(dark) : densityColours(dark);
}

/** Blue below 0 and ochre above: distinct with any colour vision, and unlike the alarm colour. The middle is near the background. */
function divergingColours(dark: boolean): Rgb[] {
  return Array.from({ length: SHADES }, (_, i) => {
    const side = (i / (SHADES - 1)) * 2 - 1;
    const far = Math.abs(side);
    const [near, end] = dark ? [0.27, 0.82] : [0.965, 0.38];
    return oklch(near + (end - near) * far, 0.01 + 0.13 * Math.sqrt(far), side < 0 ? 245 : 70);
  });
}
