/** @file From the values of a tensor to the cells of a picture. */
import type { Numbers } from '../../src/check/index.ts';
import { type Plan, stridesOf } from './layout.ts';

/** An activation takes at most this many bytes on its way to the page. */
export const MOST_BYTES: number = 256 * 1024;

/** Cells hold values exactly: float64 where float32 would round. */
export type Cells = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

const FIT_FLOAT32: readonly unknown[] = [
  Float32Array,
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
];

/** The bytes that a cell for one of these values takes. */
export const bytesPerCell = (values: Numbers): 4 | 8 => (FIT_FLOAT32.includes(values.constructor) ? 4 : 8);

/**
 * The cells of a plan, map by map, row by row. A cell of several values has the one that is farthest from 0, so that no
 * peak is lost; NaN if there is one.
 * @param first the place in the tensor of the first of the values. Default 0
 */
export function cellsOf(values: Numbers, shape: readonly number[], plan: Plan, first: number = 0): Cells {
  const { maps, rows, columns, block } = plan;
  const [high, wide] = block;
  const [down, across] = [Math.ceil(rows / high), Math.ceil(columns / wide)];
  const Cells = bytesPerCell(values) === 4 ? Float32Array : Float64Array;
  const cells = new Cells(maps * down * across);
  const { map, row, column, ...strides } = stridesOf(shape, plan);
  const start = strides.start - first;
  let cell = 0;
  for (let m = 0; m < maps; m++) {
    for (let r = 0; r < rows; r += high) {
      const lastRow = Math.min(r + high, rows);
      let at = start + m * map + r * row;
      if (high === 1 && wide === 1) {
        for (let c = 0; c < columns; c++, at += column) cells[cell++] = values[at]!;
        continue;
      }
      for (let c = 0; c < columns; c += wide, at += wide * column) {
        const width = Math.min(wide, columns - c);
        let far = 0;
        let size = -1;
        for (let y = r, line = at; y < lastRow; y++, line += row) {
          for (let x = 0, k = line; x < width; x++, k += column) {
            const value = values[k]!;
            const distance = value < 0 ? -value : value;
            if (distance > size) {
              far = value;
              size = distance;
            } else if (Number.isNaN(distance)) {
              far = value;
              size = Infinity;
            }
          }
        }
        cells[cell++] = far;
      }
    }
  }
  return cells;
}
