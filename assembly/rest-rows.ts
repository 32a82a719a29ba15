// One or two rows that are left over, or all there are.
import { tile1x32, tile2x16 } from './tiles';

// If only one panel is left, the tile takes it twice; the second result is never read.

export function one(
  x: usize,
  bias: usize,
  panel: usize,
  panelBytes: usize,
  last: usize,
  y: usize,
  columns: usize,
  relu: i32,
): void {
  const yEnd = y + (columns << 2);
  while (y < yEnd) {
    const panel1 = min(panel + panelBytes, last);
    tile1x32(x, panel, panel + panelBytes, panel1, bias, y, relu);
    panel = panel1 + panelBytes;
    bias += 128;
    y += 128;
  }
}

export function two(
  x: usize,
  xStride: usize,
  bias: usize,
  panel: usize,
  panelBytes: usize,
  y: usize,
  stride: usize,
  columns: usize,
  relu: i32,
  spill: usize,
): void {
  while (columns > 0) {
    const width = min(16, columns);
    if (width == 16) {
      tile2x16(x, xStride, panel, panel + panelBytes, bias, y, stride, relu);
    } else {
      tile2x16(x, xStride, panel, panel + panelBytes, bias, spill, 64, relu);
      copyColumns(spill, 64, y, stride, 2, width);
    }
    panel += panelBytes;
    bias += 64;
    y += 64;
    columns -= width;
  }
}

/** Copies the first `width` columns of a spilled tile to the output. */
export function copyColumns(from: usize, fromStride: usize, to: usize, toStride: usize, rows: i32, width: usize): void {
  for (let row = 0; row < rows; row++) {
    for (let i: usize = 0; i < width << 2; i += 4) f32.store(to + i, f32.load(from + i));
    from += fromStride;
    to += toStride;
  }
}
