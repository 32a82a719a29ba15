/** The side of the model's input picture. */
export const SIDE = 64;

/**
 * Draws a face: grey values from 0 to 1, row-major. The mouth is a parabola.
 * @param smile pixels from the middle of the mouth up to its corners; negative is down
 */
export function drawFace(smile: number): Float32Array {
  const grey = new Float32Array(SIDE * SIDE);
  const inside = (x: number, y: number, cx: number, cy: number, rx: number, ry: number) =>
    ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 <= 1;
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      let value = 0.35;
      if (inside(x, y, 32, 33, 26, 31)) value = 0.75 - 0.15 * Math.abs((x - 32) / 26);
      if (inside(x, y, 32, 36, 3, 6)) value -= 0.08;
      for (const eye of [21, 43]) {
        if (inside(x, y, eye, 26, 6, 3)) value = 0.95;
        if (inside(x, y, eye, 26, 2.5, 2.5)) value = 0.1;
        if (Math.abs(x - eye) <= 7 && Math.abs(y - 20 - ((x - eye) / 7) ** 2 * 1.5) <= 1) value = 0.2;
      }
      const across = (x - 32) / 13;
      if (Math.abs(across) <= 1 && Math.abs(y - 49 - smile * (0.5 - across ** 2)) <= 1.5 + 1.5 * (1 - across ** 2))
        value = 0.25;
      grey[y * SIDE + x] = value;
    }
  }
  return grey;
}
