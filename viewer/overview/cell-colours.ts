import { densityColours, oklch, SHADES } from '../cards/colour-map.ts';

type Rgb = readonly [red: number, green: number, blue: number];

/** Colours of cells from one end of the scale to the other. */
export function cellColours(diverging: boolean, dark: boolean): readonly Rgb[] {
  return diverging ? divergingColours(dark) : densityColours(dark);
}

/** Blue below 0, ochre above: apart for every eye, and neither is the colour of alarm. Near 0 as the ground. */
function divergingColours(dark: boolean): Rgb[] {
  return Array.from({ length: SHADES }, (_, i) => {
    const side = (i / (SHADES - 1)) * 2 - 1;
    const far = Math.abs(side);
    const [near, end] = dark ? [0.27, 0.82] : [0.965, 0.38];
    return oklch(near + (end - near) * far, 0.01 + 0.13 * Math.sqrt(far), side < 0 ? 245 : 70);
  });
}
