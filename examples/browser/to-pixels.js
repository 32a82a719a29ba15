// Makes 8 by 8 pixels of strokes, as NIST's programs made the training data from digits on paper: one size, one amount of
// ink, sheared upright. Source: Garris et al., NIST Form-Based Handprint Recognition System, NISTIR 5469 (1994), which the
// data set names. Its papers lack the exact numbers; those here are measured on its digits.

/** The bitmap has 32 by 32 dots; each pixel counts the 16 dots of a block of 4 by 4. */
const SIDE = 32;

/** A digit is centred and fills the height. */
const WIDTH = 20;

/** The number of dots with ink: 30 %, as in the data set. */
const INK = Math.round(0.3 * SIDE * SIDE);

/** A one is not stretched to the whole width. */
const MOST_STRETCH = 1.4;

/** @typedef {readonly [x: number, y: number][]} Stroke points, y downwards, in any unit */

/**
 * @param {readonly Stroke[]} strokes
 * @returns {Float32Array} 64 pixels, the top row first, from 0 (paper) to 1 (ink); multiples of 1/16
 */
export function toPixels(strokes) {
  const pixels = new Float32Array(64);
  const lines = strokes.flatMap((stroke) => (stroke.length === 1 ? [[stroke[0], stroke[0]]] : pairs(stroke)));
  if (lines.length === 0) return pixels;
  // The pen must fit into the box, but its width follows from the drawn ink: so the digit is drawn three times.
  let radius = 2;
  let distances;
  for (let i = 0; i < 3; i++) {
    distances = distancesTo(fit(upright(fit(lines, radius)), radius));
    radius = Math.min(6, [...distances].sort((a, b) => a - b)[INK]);
  }
  distances.forEach((distance, dot) => {
    if (distance > radius) return;
    const [x, y] = [dot % SIDE, Math.floor(dot / SIDE)];
    pixels[8 * (y >> 2) + (x >> 2)] += 1 / 16;
  });
  return pixels;
}

const pairs = (stroke) => stroke.slice(1).map((point, i) => [stroke[i], point]);

function range(numbers) {
  return [Math.min(...numbers), Math.max(...numbers)];
}

/** Moves and stretches lines into the box, less the pen. */
function fit(lines, radius) {
  const [left, right] = range(lines.flat().map(([x]) => x));
  const [top, bottom] = range(lines.flat().map(([, y]) => y));
  const [width, height] = [WIDTH - 2 * radius, SIDE - 2 * radius];
  const scaleY = height / Math.max(bottom - top, (right - left) / 4, 1e-6);
  const scaleX = Math.min(width / Math.max(right - left, 1e-6), MOST_STRETCH * scaleY);
  const place = ([x, y]) => [
    SIDE / 2 + (x - (left + right) / 2) * scaleX,
    SIDE / 2 + (y - (top + bottom) / 2) * scaleY,
  ];
  return lines.map((line) => line.map(place));
}

/**
 * Shears lines most of the way, as in the data, to where the leftmost points of the top and of the bottom are in one column.
 */
function upright(lines) {
  const points = lines.flat();
  const [top, bottom] = range(points.map(([, y]) => y));
  const band = (bottom - top) / 10;
  const leftmost = (inside) => Math.min(...points.filter(([, y]) => inside(y)).map(([x]) => x));
  const shift = leftmost((y) => y <= top + band) - leftmost((y) => y >= bottom - band);
  const slant = (0.85 * shift) / Math.max(bottom - top, 1);
  return lines.map((line) => line.map(([x, y]) => [x + slant * (y - top), y]));
}

/** The distance of each dot from the nearest line. */
function distancesTo(lines) {
  return Float64Array.from({ length: SIDE * SIDE }, (_, dot) => {
    const [x, y] = [(dot % SIDE) + 0.5, Math.floor(dot / SIDE) + 0.5];
    return Math.min(...lines.map((line) => distance(x, y, line)));
  });
}

function distance(x, y, [[x0, y0], [x1, y1]]) {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const along = ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy || 1);
  const t = Math.min(1, Math.max(0, along));
  return Math.hypot(x - x0 - t * dx, y - y0 - t * dy);
}
