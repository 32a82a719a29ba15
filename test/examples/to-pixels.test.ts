// examples/browser: strokes become pixels like those of the data set.
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Linear, Module, relu, Tensor } from '../../src/index.ts';
import { readSafetensors } from '../../src/safetensors/index.ts';

type Strokes = readonly (readonly (readonly [number, number])[])[];

const { toPixels } = (await import('../../examples/browser/to-pixels.js' as string)) as {
  toPixels: (strokes: Strokes) => Float32Array;
};
const { DRAWN } = (await import('./strokes.mjs' as string)) as { DRAWN: { digit: number; strokes: Strokes }[] };

class Digits extends Module {
  fc1 = new Linear(64, 32);
  fc2 = new Linear(32, 16);
  fc3 = new Linear(16, 10);
  override forward(x: Tensor): Tensor {
    return this.fc3(relu(this.fc2(relu(this.fc1(x)))));
  }
}

const net = new Digits();
net.loadStateDict(
  readSafetensors(readFileSync(new URL('../../examples/digits/data/weights.safetensors', import.meta.url))),
);

function digitOf(pixels: Float32Array): number {
  const scores = [...net(new Tensor(pixels, [1, 64])).data];
  return scores.indexOf(Math.max(...scores));
}

/** Strokes moved, stretched, sheared and turned. */
function onPaper(
  strokes: Strokes,
  { width = 120, height = 180, slant = 0, turn = 0, left = 40, top = 30 } = {},
): Strokes {
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  return strokes.map((stroke) =>
    stroke.map(([x, y]) => {
      const [u, v] = [x * width - slant * y * height, y * height];
      return [left + u * cos - v * sin, top + u * sin + v * cos] as const;
    }),
  );
}

test('digits are recognized small or large, a little slanted, a little turned', () => {
  const papers = [{}, { width: 60, height: 90, left: 100, top: 100 }, { slant: 0.1 }, { turn: 0.06 }, { width: 140 }];
  const wrong: string[] = [];
  for (const { digit, strokes } of DRAWN) {
    for (const paper of papers) {
      const read = digitOf(toPixels(onPaper(strokes, paper)));
      if (read !== digit) wrong.push(`${digit} as ${read}, ${JSON.stringify(paper)}`);
    }
  }
  // The network gets 2.5 % of the test set wrong, and these are not from it.
  assert.ok(wrong.length <= 0.07 * DRAWN.length * papers.length, `${wrong.length} wrong:\n${wrong.join('\n')}`);
});

test('pixels have the ink, the height and the sixteenths of the data set', () => {
  for (const { digit, strokes } of DRAWN) {
    const pixels = toPixels(onPaper(strokes));
    assert.ok(pixels.every((pixel) => pixel >= 0 && pixel <= 1 && Number.isInteger(pixel * 16)));
    const ink = pixels.reduce((sum, pixel) => sum + pixel, 0) / 64;
    assert.ok(Math.abs(ink - 0.3) < 0.06, `${digit}: ${ink}`);
    for (const row of [0, 7]) assert.ok(pixels.subarray(8 * row, 8 * row + 8).some((pixel) => pixel > 0));
  }
});

test('position and size of a drawing do not matter', () => {
  const [first] = DRAWN;
  const here = toPixels(onPaper(first!.strokes));
  const there = toPixels(onPaper(first!.strokes, { width: 60, height: 90, left: 7, top: 200 }));
  const most = Math.max(...here.map((pixel, i) => Math.abs(pixel - there[i]!)));
  assert.ok(most <= 1 / 16, `${most}`);
});

test('no stroke gives zeros; a dot gives ink', () => {
  assert.equal([...toPixels([])], Array(64).fill(0));
  const dot = toPixels([[[50, 50]]]);
  assert.ok(dot.every(Number.isFinite) && dot.some((pixel) => pixel > 0));
});

test.run();
