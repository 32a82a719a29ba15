// Sizes as [rows, depth, columns]: below, at, above and between the tiles (1, 2 and 4 rows; 8, 16 and 32 columns), and 0.
// The sizes of real layers are in layer-sizes.json, which the benchmark times too.
const ROWS = [0, 1, 2, 3, 4, 5, 7, 8, 9];
const DEPTHS = [0, 1, 2, 3, 8, 17];
const COLUMNS = [0, 1, 7, 8, 9, 15, 16, 17, 24, 25, 31, 32, 33, 40, 49];

export const SIZES: readonly (readonly [number, number, number])[] = [
  ...ROWS.flatMap((rows) => DEPTHS.flatMap((depth) => COLUMNS.map((columns) => [rows, depth, columns] as const))),
  [8, 784, 64],
  // Several groups of panels, and a rest; depths of several parts; more rows than one block.
  [3, 300, 77],
  [4, 1024, 64],
  [6, 1025, 40],
  [11, 2049, 97],
  [7, 5000, 33],
  // Weights that are packed in two parts, in a whole panel and in one of two columns.
  [5, 8197, 18],
  [131, 4100, 36],
  // Four rows with more weights than the caches hold.
  [4, 2100, 1001],
  [3, 65, 32_300],
  // Three rows beyond whole fours, and more columns than depth: the fourth row is written after the output.
  [3, 16, 128],
  [7, 128, 500],
  [67, 200, 2000],
];

const around = (length: number) => [length - 1, length, length + 1];

/**
 * Lengths of arrays for the kernels that pass over one: every tail of a vector, around the blocks of the statistics
 * (256 and 4096 floats) and of the scratch arena (65,536).
 */
export const LENGTHS: readonly number[] = [
  ...Array.from({ length: 71 }, (_, length) => length),
  ...around(256),
  264,
  1000,
  ...around(4096),
  4096 + 255,
  4096 + 257,
  ...around(65_536),
  2 * 65_536 + 4099,
];
