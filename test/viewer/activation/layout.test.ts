import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type ActivationLayout, axesOf, gridOf, LAYOUTS, planOf } from '../../../viewer/activation/layout.ts';

const all = { slice: [], width: 400, height: 300 };
const axes = (shape: number[], layout?: ActivationLayout) => {
  const { maps, rows, columns } = axesOf(shape, layout);
  return [maps, rows, columns];
};

test('without a layout the last two axes are rows and columns, and nothing else is assumed', () => {
  assert.equal(axes([]), [-1, -1, -1]);
  assert.equal(axes([5]), [-1, -1, 0]);
  assert.equal(axes([4, 5]), [-1, 0, 1]);
  assert.equal(axes([3, 4, 5]), [-1, 1, 2]);
  assert.equal(axes([2, 3, 4, 5]), [-1, 2, 3]);
  assert.equal(axes([1, 2, 3, 4, 5, 6]), [-1, 4, 5]);
});

test('a single row is a vector', () => {
  assert.equal(axes([1, 10]), [-1, -1, 1]);
  assert.equal(axes([3, 1, 10]), [-1, -1, 2]);
});

test('a layout names the axes of maps', () => {
  assert.equal(axes([1, 8, 9, 16], 'NHWC'), [3, 1, 2]);
  assert.equal(axes([1, 16, 8, 9], 'NCHW'), [1, 2, 3]);
  assert.equal(axes([8, 9, 16], 'HWC'), [2, 0, 1]);
  assert.equal(axes([16, 8, 9], 'CHW'), [0, 1, 2]);
  assert.equal(axes([2, 12, 7, 7], 'heads'), [1, 2, 3]);
  assert.equal(axes([12, 7, 7], 'heads'), [0, 1, 2]);
  assert.equal(axes([4, 5], 'vector'), [-1, -1, 1]);
});

test('a layout of another rank is not applied', () => {
  assert.equal(axes([4, 5], 'NHWC'), axes([4, 5]));
  assert.equal(axes([3, 4, 5], 'NCHW'), axes([3, 4, 5]));
  assert.equal(axes([4, 5], 'heads'), axes([4, 5]));
});

test('maps of one value are a vector of channels', () => {
  assert.equal(axes([1, 1, 1, 512], 'NHWC'), [-1, -1, 3]);
  assert.equal(axes([1, 512, 1, 1], 'NCHW'), [-1, -1, 1]);
});

test('a plan keeps all values where there is room', () => {
  const plan = planOf([1, 8, 8, 16], 'NHWC', all, 65536);
  assert.equal([plan.maps, plan.rows, plan.columns, ...plan.block], [16, 8, 8, 1, 1]);
});

test('indices outside of their axis are moved inside; an index of the maps chooses one', () => {
  const plan = planOf([2, 8, 9, 16], 'NHWC', { ...all, slice: [7, undefined, undefined, 3.7] }, 65536);
  assert.equal(plan.index, [1, 0, 0, 3]);
  assert.equal([plan.maps, plan.rows, plan.columns], [1, 8, 9]);
  assert.equal(planOf([2, 3, 4], undefined, { ...all, slice: [-1] }, 65536).index, [0, 0, 0]);
});

test('no plan has more cells than allowed, for any shape of rank 0 to 6', () => {
  const sizes = [0, 1, 7, 300, 5000];
  for (let n = 0; n < 3000; n++) {
    const random = (end: number) => Math.floor(Math.random() * end);
    const shape = Array.from({ length: random(7) }, () => sizes[random(sizes.length)]!);
    const picture = { slice: [], width: random(2000), height: random(900) };
    const layout = LAYOUTS[random(LAYOUTS.length)]!;
    const { maps, rows, columns, block } = planOf(shape, layout, picture, 4096);
    const cells = maps * Math.ceil(rows / block[0]) * Math.ceil(columns / block[1]);
    assert.ok(cells <= 4096, `[${shape}] as ${layout}: ${cells} cells`);
  }
});

test('a large matrix gets no more cells than pixels', () => {
  const { block } = planOf([1000, 3000], undefined, { slice: [], width: 300, height: 200 }, 1e9);
  assert.equal(block, [5, 10]);
});

test('the grid is the one with the largest maps', () => {
  assert.equal(gridOf(16, 8, 8, 400, 400), { across: 4, down: 4, scale: 12.5 });
  assert.equal(gridOf(3, 10, 10, 300, 100), { across: 3, down: 1, scale: 10 });
  assert.equal(gridOf(3, 10, 10, 100, 300), { across: 1, down: 3, scale: 10 });
});

test.run();
