// output[M, N] = input[M, K] · weightᵀ + bias, then ReLU if asked.
//
// Weights are packed in panels of sixteen columns, K-major, after their sizes and the bias. The last panel is padded
// with zeros, the bias to a multiple of 32:
//
//   packed → sizes  K N – –                                    four 32-bit integers
//            bias   b0 b1 b2 … b(32G-1)                        G = ceil(N / 32) groups of two panels
//            panel0 k=0: w[0][0] w[1][0] … w[15][0]            K rows of sixteen floats:
//                   k=1: w[0][1] w[1][1] … w[15][1]            a step along K is a 64-byte cache line
//                   …
//            panel1 k=0: w[16][0] w[17][0] … w[31][0]
//                   …                                          P = ceil(N / 16) panels
//
// Rows go four at a time, interleaved, through tile4x8, which takes a panel in two walks, or through tile4x16. Three rows
// left over go as four, the fourth being whatever follows the input; two or one go through their own tiles. So the
// input is read up to the next multiple of four rows, and the output is written up to there and 32 floats beyond: the
// arena has space for that.
//
// Every output is one chain of additions along K: a row has the same bits alone and in a batch, and no result depends on
// the tile, the block or the thread that computed it.
import { packRows } from './pack-rows';
import { copyColumns, one, two } from './rest-rows';
import { tile4x16, tile4x8 } from './tiles';

/** Rows are interleaved in blocks of about this size, which the second-level cache and the next one hold. */
const BLOCK_BYTES: usize = 1 << 20;

/** With fewer rows per block, the weights are read too often. */
const FEWEST_ROWS: usize = 64;

/**
 * Steps along the depth at a time: two panels of that length, and the two that are being touched ahead, fit into a
 * second-level cache of 512 KB. With few rows it is half as long: the second walk then reads the first-level cache. (With
 * twelve, whose touches come in uneven shares, too many lines would not be touched.)
 */
const DEPTH_PART: usize = 1024;

/**
 * Four rows by this many bytes of weights or more, too many for the caches, take one panel after the other in parts of a
 * page (64 steps): they stream at the speed of memory, the second walk from the first-level cache. Touching ahead is
 * slower there, by 40 % at 4x4096x4096: a processor waits for touches as for any load.
 */
const STREAM_BYTES: usize = 8 << 20;
const STREAM_PART: usize = 64;

/** Where the tile of a partial panel is stored before its columns are copied out: 4 rows of 8 floats. */
const SPILL_BYTES: usize = 4 * 8 * 4;

export function rowsPerBlock(depth: usize): usize {
  return max(FEWEST_ROWS, (BLOCK_BYTES / max(1, depth << 2)) & ~3);
}

/** The size of linear()'s scratch memory. */
export function linearScratch(rows: usize, depth: usize): usize {
  const interleaved: usize = rows < 3 ? 0 : min((rows + 3) & ~3, rowsPerBlock(depth));
  return SPILL_BYTES + interleaved * (depth << 2);
}

/** `wide` selects tile4x16. */
export function linear(
  input: usize,
  rows: usize,
  packed: usize,
  output: usize,
  relu: i32,
  scratch: usize,
  wide: i32,
): void {
  const depth = <usize>load<u32>(packed);
  const columns = <usize>load<u32>(packed, 4);
  const interleaved = scratch + SPILL_BYTES;
  const block = rowsPerBlock(depth);
  while (rows > block) {
    interleave(input, block, depth, interleaved);
    linearColumns(input, block, packed, output, relu, interleaved, scratch, 0, columns, wide);
    input += block * (depth << 2);
    output += block * (columns << 2);
    rows -= block;
  }
  interleave(input, rows, depth, interleaved);
  linearColumns(input, rows, packed, output, relu, interleaved, scratch, 0, columns, wide);
}

/** Interleaves the rows of at most one block that go four at a time. */
export function interleave(input: usize, rows: usize, depth: usize, to: usize): void {
  for (let quad = (rows + 1) >> 2; quad > 0; quad--) {
    packRows(input, depth << 2, depth, to, 16);
    input += depth << 4;
    to += depth << 4;
  }
}

/**
 * The columns from `from` up to `to` of at most one block of rows. `from` is a multiple of 32; so is `to`, or it is N.
 * Threads share a product by columns: they share the interleaved rows, and each has its own spill.
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
  wide: i32,
): void {
  const depth = <usize>load<u32>(packed);
  const columns = <usize>load<u32>(packed, 4);
  const panelBytes = depth << 6;
  const xStride = depth << 2;
  const stride = columns << 2;
  const bias = packed + 16 + (from << 2);
  const weights = packed + 16 + (((columns + 31) & ~31) << 2);
  const panel = weights + (from >> 4) * panelBytes;
  output += from << 2;
  const quads = (rows + 1) >> 2;
  if (quads > 0) fours(interleaved, quads, depth, bias, panel, output, stride, to - from, relu, spill, wide);
  const left = rows & 3;
  if (left == 0 || left == 3) return;
  input += quads * (depth << 4);
  output += quads * (stride << 2);
  if (left == 1)
    one(input, bias, panel, panelBytes, weights + ((columns - 1) >> 4) * panelBytes, output, to - from, relu);
  else two(input, xStride, bias, panel, panelBytes, output, stride, to - from, relu, spill);
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
  wide: i32,
): void {
  const quadBytes = depth << 4;
  const panelBytes = depth << 6;
  const quadStride = stride << 2;
  // Every tile touches its share of the next two panels: eight lines for this many bytes of its own.
  const touchEvery = quads << (wide ? 9 : 10);
  if (quads == 1 && depth * stride >= STREAM_BYTES) {
    while (columns >= 16) {
      for (let k: usize = 0; k < depth || k == 0; k += STREAM_PART) {
        const steps = min(STREAM_PART, depth - k);
        const rectify = k + steps == depth ? relu : 0;
        const startStride: usize = k == 0 ? 0 : stride;
        const from = panel + (k << 6);
        const end = from + (steps << 6);
        for (let half: usize = 0; half < 64; half += 32) {
          let y = output + half;
          let x = interleaved + (k << 4);
          for (let quad: usize = 0; quad < quads; quad++) {
            const start = k == 0 ? bias + half : y;
            tile4x8(x, from + half, end + half, start, startStride, y, stride, rectify, from, 0, 0, panelBytes);
            x += quadBytes;
            y += quadStride;
          }
        }
      }
      panel += panelBytes;
      bias += 64;
      output += 64;
      columns -= 16;
    }
  }
  const part: usize = quads <= 4 && quads != 3 && depth > DEPTH_PART ? DEPTH_PART >> 1 : DEPTH_PART;
  while (columns >= 32) {
    for (let k: usize = 0; k < depth || k == 0; k += part) {
      const steps = min(part, depth - k);
      const isLast = k + steps == depth;
      const quarter = steps << 4;
      let ahead = panel + (k << 6);
      if (!isLast) ahead += min(steps, depth - k - steps) << 6;
      else if (columns >= 64) ahead = panel + (panelBytes << 1);
      const share = ((steps << 6) / touchEvery) << 6;
      let y = output;
      let x = interleaved + (k << 4);
      const startStride: usize = k == 0 ? 0 : stride;
      const rectify = isLast ? relu : 0;
      for (let quad: usize = 0; quad < quads; quad++) {
        let from = panel + (k << 6);
        for (let column: usize = 0; column < 128; column += 64) {
          let start = (k == 0 ? bias : y) + column;
          const end = from + (steps << 6);
          if (wide) {
            tile4x16(
              x,
              from,
              end,
              start,
              startStride,
              y + column,
              stride,
              rectify,
              ahead,
              quarter,
              panelBytes,
              touchEvery,
            );
          } else {
            tile4x8(
              x,
              from,
              end,
              start,
              startStride,
              y + column,
              stride,
              rectify,
              ahead,
              quarter,
              panelBytes,
              touchEvery,
            );
            ahead += share;
            start += 32;
            tile4x8(
              x,
              from + 32,
              end + 32,
              start,
              startStride,
              y + column + 32,
              stride,
              rectify,
              ahead,
              quarter,
              panelBytes,
              touchEvery,
            );
          }
          ahead += share;
          from += panelBytes;
        }
        x += quadBytes;
        y += quadStride;
      }
    }
    panel += panelBytes << 1;
    bias += 128;
    output += 128;
    columns -= 32;
  }
  let offset: usize = 0;
  while (columns > 0) {
    const width = min(8, columns);
    let x = interleaved;
    let y = output;
    const from = panel + offset;
    for (let quad: usize = 0; quad < quads; quad++) {
      if (width == 8) {
        tile4x8(x, from, from + panelBytes, bias, 0, y, stride, relu, panel, 0, 0, panelBytes);
      } else {
        tile4x8(x, from, from + panelBytes, bias, 0, spill, 32, relu, panel, 0, 0, panelBytes);
        copyColumns(spill, 32, y, stride, 4, width);
      }
      x += quadBytes;
      y += quadStride;
    }
    // The other half of the panel, or the next one.
    if (offset != 0) panel += panelBytes;
    offset ^= 32;
    bias += 32;
    output += 32;
    columns -= width;
  }
}
