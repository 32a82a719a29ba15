// output[M, N] = input[M, K] · weightᵀ + bias, then ReLU if asked.
//
// The weights come packed in panels of eight columns, K-major, behind their sizes and the bias; the last panel is
// padded with zeros to eight columns, the bias to a multiple of 32:
//
//   packed → sizes  K N – –                                   four 32-bit integers
//            bias   b0 b1 b2 … b(32G-1)                       G = ceil(N / 32) groups of four panels
//            panel0 k=0: w[0][0] w[1][0] … w[7][0]            K rows of eight floats:
//                   k=1: w[0][1] w[1][1] … w[7][1]            one step along K is one 32-byte line
//                   …
//            panel1 k=0: w[8][0] w[9][0] … w[15][0]
//                   …                                         P = ceil(N / 8) panels
//
// Rows go four at a time, interleaved, through tile4x8; three left over go as four, the fourth being whatever stands
// behind the input; two or one go through tiles of their own. So the input is read up to the next multiple of four
// rows, and the output is written up to there, and 32 floats beyond: the arena has room for that.
//
// Every output is one chain of additions along K, so a row has the same bits alone and in a batch, and no result
// depends on the tile, the block or the thread that made it.
import { packRows } from './pack-rows';
import { tile1x32, tile2x16, tile4x8 } from './tiles';

/** Rows are interleaved in blocks of about this many bytes, which the second-level cache and its neighbour hold. */
const BLOCK_BYTES: usize = 1 << 20;

/** With fewer rows a block, the weights are read too often. */
const FEWEST_ROWS: usize = 64;

/**
 * So many steps along the depth at a time: four panels of that length, and the four that are being touched ahead, fit
 * into a second-level cache of 512 KB.
 */
const DEPTH_PART: usize = 1024;

/** Where a tile of a partial panel is stored before its columns are copied out: 4 rows of 8 floats. */
const SPILL_BYTES: usize = 4 * 8 * 4;

export function rowsPerBlock(depth: usize): usize {
  return max(FEWEST_ROWS, (BLOCK_BYTES / max(1, depth << 2)) & ~3);
}

/** How much scratch memory linear() wants. */
export function linearScratch(rows: usize, depth: usize): usize {
  const interleaved: usize = rows < 3 ? 0 : min((rows + 3) & ~3, rowsPerBlock(depth));
  return SPILL_BYTES + interleaved * (depth << 2);
}

export function linear(input: usize, rows: usize, packed: usize, output: usize, relu: i32, scratch: usize): void {
  const depth = <usize>load<u32>(packed);
  const columns = <usize>load<u32>(packed, 4);
  const interleaved = scratch + SPILL_BYTES;
  const block = rowsPerBlock(depth);
  while (rows > block) {
    interleave(input, block, depth, interleaved);
    linearColumns(input, block, packed, output, relu, interleaved, scratch, 0, columns);
    input += block * (depth << 2);
    output += block * (columns << 2);
    rows -= block;
  }
  interleave(input, rows, depth, interleaved);
  linearColumns(input, rows, packed, output, relu, interleaved, scratch, 0, columns);
}

/** The rows of at most one block that go four at a time, interleaved. */
export function interleave(input: usize, rows: usize, depth: usize, to: usize): void {
  for (let quad = (rows + 1) >> 2; quad > 0; quad--) {
    packRows(input, depth, to);
    input += depth << 4;
    to += depth << 4;
  }
}

/**
 * The columns from `from` up to `to` of at most one block of rows. `from` is a multiple of 32; so is `to`, or it is N.
 * Threads share a product by columns: they share the interleaved rows, and each has a spill of its own.
 */
export function linearColumns(
  input: usize,
  rows: usize,
  packed: usize,
  output: usize,
  relu: i32,
  interleaved: usize,
  spill: usize,
  from: usize,
  to: usize,
): void {
  const depth = <usize>load<u32>(packed);
  const columns = <usize>load<u32>(packed, 4);
  const panelBytes = depth << 5;
  const xStride = depth << 2;
  const stride = columns << 2;
  const bias = packed + 16 + (from << 2);
  const weights = packed + 16 + (((columns + 31) & ~31) << 2);
  const panel = weights + (from >> 3) * panelBytes;
  output += from << 2;
  const quads = (rows + 1) >> 2;
  if (quads > 0) fours(interleaved, quads, depth, bias, panel, output, stride, to - from, relu, spill);
  const left = rows & 3;
  if (left == 0 || left == 3) return;
  input += quads * (depth << 4);
  output += quads * (stride << 2);
  const last = weights + ((columns - 1) >> 3) * panelBytes;
  if (left == 1) one(input, bias, panel, panelBytes, last, output, to - from, relu);
  else two(input, xStride, bias, panel, panelBytes, last, output, stride, to - from, relu, spill);
}

/** Interleaved rows, four at a time. */
function fours(
  interleaved: usize,
  quads: usize,
  depth: usize,
  bias: usize,
  panel: usize,
  output: usize,
  stride: usize,
  columns: usize,
  relu: i32,
  spill: usize,
): void {
  const quadBytes = depth << 4;
  const panelBytes = depth << 5;
  const quadStride = stride << 2;
  // Every tile touches its share of the next four panels: one line of each, every so many bytes of its own.
  const touchEvery = quads << 8;
  while (columns >= 32) {
    for (let k: usize = 0; k < depth || k == 0; k += DEPTH_PART) {
      const steps = min(DEPTH_PART, depth - k);
      const isLast = k + steps == depth;
      let ahead = panel + (k << 5);
      if (!isLast) ahead += min(steps, depth - k - steps) << 5;
      else if (columns >= 64) ahead = panel + (panelBytes << 2);
      const share = ((steps << 5) / touchEvery) << 6;
      let y = output;
      let x = interleaved + (k << 4);
      for (let quad: usize = 0; quad < quads; quad++) {
        let from = panel + (k << 5);
        for (let column: usize = 0; column < 128; column += 32) {
          const start = k == 0 ? bias + column : y + column;
          const startStride: usize = k == 0 ? 0 : stride;
          const rectify = isLast ? relu : 0;
          const end = from + (steps << 5);
          tile4x8(x, from, end, start, startStride, y + column, stride, rectify, ahead, panelBytes, touchEvery);
          ahead += share;
          from += panelBytes;
        }
        x += quadBytes;
        y += quadStride;
      }
    }
    panel += panelBytes << 2;
    bias += 128;
    output += 128;
    columns -= 32;
  }
  while (columns > 0) {
    const width = min(8, columns);
    let x = interleaved;
    let y = output;
    for (let quad: usize = 0; quad < quads; quad++) {
      if (width == 8) {
        tile4x8(x, panel, panel + panelBytes, bias, 0, y, stride, relu, panel, 0, panelBytes);
      } else {
        tile4x8(x, panel, panel + panelBytes, bias, 0, spill, 32, relu, panel, 0, panelBytes);
        copyColumns(spill, 32, y, stride, 4, width);
      }
      x += quadBytes;
      y += quadStride;
    }
    panel += panelBytes;
    bias += 32;
    output += 32;
    columns -= width;
  }
}

// Where fewer panels are left than a tile takes, it takes the last one again: what comes of it is never read.

function one(
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
    const panel2 = min(panel1 + panelBytes, last);
    const panel3 = min(panel2 + panelBytes, last);
    tile1x32(x, panel, panel + panelBytes, panel1, panel2, panel3, bias, y, relu);
    panel = panel3 + panelBytes;
    bias += 128;
    y += 128;
  }
}

function two(
  x: usize,
  xStride: usize,
  bias: usize,
  panel: usize,
  panelBytes: usize,
  last: usize,
  y: usize,
  stride: usize,
  columns: usize,
  relu: i32,
  spill: usize,
): void {
  while (columns > 0) {
    const width = min(16, columns);
    const panel1 = min(panel + panelBytes, last);
    if (width == 16) {
      tile2x16(x, xStride, panel, panel + panelBytes, panel1, bias, y, stride, relu);
    } else {
      tile2x16(x, xStride, panel, panel + panelBytes, panel1, bias, spill, 64, relu);
      copyColumns(spill, 64, y, stride, 2, width);
    }
    panel = panel1 + panelBytes;
    bias += 64;
    y += 64;
    columns -= width;
  }
}

/** Copies the first `width` columns of a spilled tile to their place. */
function copyColumns(from: usize, fromStride: usize, to: usize, toStride: usize, rows: i32, width: usize): void {
  for (let row = 0; row < rows; row++) {
    for (let i: usize = 0; i < width << 2; i += 4) f32.store(to + i, f32.load(from + i));
    from += fromStride;
    to += toStride;
  }
}
