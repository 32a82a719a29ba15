// Drawn digits: strokes in a box of 1 by 1, y downwards.

/** Part of an ellipse, from one angle to another, in degrees; 0 is to the right, 90 down. */
function arc(cx, cy, rx, ry, from, to) {
  return Array.from({ length: 25 }, (_, i) => {
    const angle = ((from + ((to - from) * i) / 24) * Math.PI) / 180;
    return [cx + rx * Math.cos(angle), cy + ry * Math.sin(angle)];
  });
}

/** @type {{ digit: number, strokes: [number, number][][] }[]} */
export const DRAWN = [
  { digit: 0, strokes: [arc(0.5, 0.5, 0.35, 0.5, -90, 270)] },
  { digit: 0, strokes: [arc(0.5, 0.5, 0.28, 0.5, -60, 310)] },
  {
    digit: 1,
    strokes: [
      [
        [0.5, 0],
        [0.5, 1],
      ],
    ],
  },
  {
    digit: 1,
    strokes: [
      [
        [0.25, 0.25],
        [0.5, 0],
        [0.5, 1],
      ],
    ],
  },
  { digit: 2, strokes: [[...arc(0.5, 0.28, 0.32, 0.28, 180, 370), [0.2, 1], [0.85, 1]]] },
  { digit: 3, strokes: [[...arc(0.5, 0.25, 0.3, 0.25, 200, 450), ...arc(0.5, 0.75, 0.35, 0.25, -90, 160)]] },
  { digit: 3, strokes: [[[0.2, 0], [0.8, 0], [0.5, 0.4], ...arc(0.5, 0.7, 0.32, 0.3, -80, 150)]] },
  {
    digit: 4,
    strokes: [
      [
        [0.6, 0],
        [0.15, 0.6],
        [0.9, 0.6],
      ],
      [
        [0.65, 0.35],
        [0.65, 1],
      ],
    ],
  },
  {
    digit: 4,
    strokes: [
      [
        [0.35, 0],
        [0.12, 0.55],
        [0.9, 0.55],
      ],
      [
        [0.7, 0.25],
        [0.62, 1],
      ],
    ],
  },
  {
    digit: 5,
    strokes: [
      [[0.25, 0], [0.22, 0.42], ...arc(0.48, 0.7, 0.33, 0.3, -120, 150)],
      [
        [0.25, 0],
        [0.8, 0],
      ],
    ],
  },
  { digit: 6, strokes: [[[0.65, 0], [0.3, 0.5], ...arc(0.5, 0.72, 0.28, 0.28, 190, 550)]] },
  {
    digit: 7,
    strokes: [
      [
        [0.15, 0],
        [0.85, 0],
        [0.4, 1],
      ],
    ],
  },
  {
    digit: 7,
    strokes: [
      [
        [0.15, 0.05],
        [0.85, 0],
        [0.45, 1],
      ],
      [
        [0.3, 0.5],
        [0.75, 0.5],
      ],
    ],
  },
  {
    digit: 8,
    strokes: [
      [
        [0.8, 0.15],
        ...arc(0.5, 0.2, 0.26, 0.2, -30, -200),
        [0.25, 0.3],
        [0.72, 0.65],
        ...arc(0.5, 0.78, 0.3, 0.22, -20, 200),
        [0.22, 0.72],
        [0.75, 0.3],
        [0.78, 0.15],
      ],
    ],
  },
  {
    digit: 9,
    strokes: [[...arc(0.5, 0.28, 0.3, 0.28, 0, -360), [0.8, 0.3], ...arc(0.45, 0.75, 0.35, 0.25, -10, 130)]],
  },
];

/**
 * Draws strokes into the middle of an element by moving the mouse with its button down.
 * @param page of Playwright
 * @param pad its locator
 * @param {[number, number][][]} strokes in a box of 1 by 1
 */
export async function drawStrokes(page, pad, strokes) {
  const box = await pad.boundingBox();
  const place = ([x, y]) => [box.x + box.width * (0.15 + 0.7 * x), box.y + box.height * (0.1 + 0.8 * y)];
  for (const [first, ...rest] of strokes) {
    await page.mouse.move(...place(first));
    await page.mouse.down();
    for (const point of rest) await page.mouse.move(...place(point), { steps: 2 });
    await page.mouse.up();
  }
}
