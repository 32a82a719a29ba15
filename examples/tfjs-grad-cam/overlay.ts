import { PNG } from 'pngjs';

const SCALE = 5;

/**
 * A PNG of two pictures side by side: the grey one, and the same one under a heat map from blue to red.
 * @param grey `side` x `side` values from 0 to 1, row-major
 * @param heat likewise
 */
export function overlay(grey: Float32Array, heat: Float32Array, side: number): Buffer {
  const size = side * SCALE;
  const png = new PNG({ width: 2 * size, height: size });
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < 2 * size; x++) {
      const from = Math.floor(y / SCALE) * side + Math.floor((x % size) / SCALE);
      const light = grey[from]!;
      const hot = heat[from]!;
      const colour = x < size ? [light, light, light] : jet(hot).map((value) => 0.5 * light + 0.5 * value);
      png.data.set([...colour.map((value) => Math.round(255 * value)), 255], 4 * (y * 2 * size + x));
    }
  }
  return PNG.sync.write(png);
}

/** Blue, cyan, yellow, red: the usual colours of such maps. */
const jet = (t: number) => [3, 2, 1].map((k) => Math.max(0, Math.min(1, 1.5 - Math.abs(4 * t - k))));
