import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Numbers, summarize } from '../../../src/index.ts';
import { activationOf, offsetOf, type Want } from '../../../viewer/activation/activation.ts';
import { LAYOUTS, planOf, spanOf } from '../../../viewer/activation/layout.ts';
import { cellsOf, MOST_BYTES } from '../../../viewer/activation/shrink.ts';

const random = (end: number) => Math.floor(Math.random() * end);

/** Cell by cell, by the index of each value. */
function slowCells(values: ArrayLike<number>, shape: number[], plan: ReturnType<typeof planOf>): number[] {
  const cells: number[] = [];
  const { axes, index, maps, rows, columns, block } = plan;
  for (let m = 0; m < maps; m++)
    for (let r = 0; r < rows; r += block[0])
      for (let c = 0; c < columns; c += block[1]) {
        const inside: number[] = [];
        for (let y = r; y < Math.min(rows, r + block[0]); y++)
          for (let x = c; x < Math.min(columns, c + block[1]); x++) {
            const at = [...index];
            if (axes.maps !== -1) at[axes.maps] = m;
            if (axes.rows !== -1) at[axes.rows] = y;
            if (axes.columns !== -1) at[axes.columns] = x;
            inside.push(values[offsetOf(at, shape)!]!);
          }
        const most = Math.max(...inside.map(Math.abs));
        cells.push(inside.some(Number.isNaN) ? Number.NaN : inside.find((one) => Math.abs(one) === most)!);
      }
  return cells;
}

test('cells equal those found value by value, for random shapes, layouts and slices', () => {
  for (let n = 0; n < 400; n++) {
    const shape = Array.from({ length: random(6) }, () => random(9));
    const count = shape.reduce((a, b) => a * b, 1);
    const values = Float32Array.from({ length: count }, () => (random(40) === 0 ? Number.NaN : Math.random() - 0.5));
    const slice = shape.map((size) => (random(2) === 0 ? undefined : random(size)));
    const layout = LAYOUTS[random(LAYOUTS.length)]!;
    const plan = planOf(shape, layout, { slice, width: random(30), height: random(30) }, 1 + random(200));
    assert.equal([...cellsOf(values, shape, plan)], slowCells(values, shape, plan), `[${shape}] as ${layout}`);
  }
});

const want = { id: 1, run: 'live', tag: 'fc1', slice: [], width: 1e4, height: 1e4 };
const read = (asked: Want, shape: number[], values: Numbers) =>
  activationOf(
    asked,
    { step: 3, shape, layout: undefined, labels: undefined },
    values,
    summarize(values as Float32Array),
  );

test('values that fit are exact: float64 and large integers too', () => {
  const doubles = Float64Array.of(0.1, 2 ** 53 - 1);
  assert.equal([...read(want, [2], doubles).cells], [0.1, 2 ** 53 - 1]);
  assert.equal([...read(want, [1], Int32Array.of(2 ** 30 + 1)).cells], [2 ** 30 + 1]);
  assert.is(read(want, [1], Float32Array.of(0.5)).cells.constructor, Float32Array);
});

test('an activation has at most 256 KB, and the statistics of all values', () => {
  const values = new Float32Array(600 * 700);
  values[5] = Number.NaN;
  values[70_000] = -7;
  values[300_000] = 4;
  values[300_001] = Number.POSITIVE_INFINITY;
  const { cells, summary, plan } = read(want, [600, 700], values);
  assert.ok(cells.byteLength <= MOST_BYTES && cells.byteLength > MOST_BYTES / 4, `${cells.byteLength} bytes`);
  assert.equal(summary, { count: 420_000, min: -7, max: 4, nan: 1, positiveInfinity: 1, negativeInfinity: 0 });
  assert.ok(plan.block[0] > 1);
  assert.ok(cells.some(Number.isNaN) && cells.includes(-7) && cells.includes(Number.POSITIVE_INFINITY));
});

test('a followed unit is read from the tensor, whatever is drawn', () => {
  const values = Float32Array.from({ length: 24 }, (_, i) => i);
  const at = (unit: number[]) => read({ ...want, unit }, [2, 3, 4], values).unit?.value;
  assert.is(at([1, 2, 3]), 23);
  assert.is(at([1, 0, 2]), 14);
  assert.is(at([2, 0, 0]), undefined);
  assert.is(at([0, 0]), undefined);
});

test('values that do not fill the shape are refused', () => {
  assert.throws(() => read(want, [2, 3], new Float32Array(5)), /shape \[2, 3\] has 6 values, got 5/);
});

test('a part of a tensor that holds what is drawn gives the same cells as all of it', () => {
  const values = Float32Array.from({ length: 4 * 5 * 6 }, (_, i) => Math.sin(i));
  const asked = { ...want, slice: [2, undefined, undefined], unit: [2, 4, 5] };
  const whole = read(asked, [4, 5, 6], values);
  const [first, end] = spanOf([4, 5, 6], whole.plan);
  assert.equal([first, end], [60, 90]);
  const part = values.subarray(first, end);
  const output = { step: 3, shape: [4, 5, 6], layout: undefined, labels: undefined };
  const { cells, unit } = activationOf(asked, output, part, summarize(part), first);
  assert.equal([[...cells], unit], [[...whole.cells], whole.unit]);
});

test.run();
