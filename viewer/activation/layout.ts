/** @file Which axes of a tensor are drawn, and what is drawn of them in how many cells. */

/**
 * What the axes of an output mean.
 * - `'vector'`: the last axis, as bars
 * - `'matrix'`: the last two axes, as rows and columns; embeddings have a row for each token
 * - `'heads'`: the last three, attention of shape [..., heads, query, key], as a map for each head
 * - `'NHWC'`, `'NCHW'` for outputs of rank 4, `'HWC'`, `'CHW'` for rank 3: a map for each channel
 *
 * The other axes are shown at one index, which the user chooses. Outputs of fewer axes than a layout needs, or of another
 * rank, are drawn as a matrix or a vector.
 */
export type ActivationLayout = (typeof LAYOUTS)[number];

export const LAYOUTS = ['vector', 'matrix', 'heads', 'NHWC', 'NCHW', 'HWC', 'CHW'] as const;

/** The axes that are drawn; -1 where there is none. */
export interface Axes {
  readonly maps: number;
  readonly rows: number;
  readonly columns: number;
}

const channelsOf: Readonly<Record<string, Axes>> = {
  NHWC: { maps: 3, rows: 1, columns: 2 },
  NCHW: { maps: 1, rows: 2, columns: 3 },
  HWC: { maps: 2, rows: 0, columns: 1 },
  CHW: { maps: 0, rows: 1, columns: 2 },
};

export function axesOf(shape: readonly number[], layout: ActivationLayout = 'matrix'): Axes {
  const rank = shape.length;
  const vector = { maps: -1, rows: -1, columns: rank - 1 };
  const channels = channelsOf[layout];
  if (channels !== undefined && rank === layout.length) {
    // Channels of one value each, as after global pooling, have no maps.
    if (shape[channels.rows] === 1 && shape[channels.columns] === 1) return { ...vector, columns: channels.maps };
    return channels;
  }
  if (layout === 'heads' && rank >= 3) return { maps: rank - 3, rows: rank - 2, columns: rank - 1 };
  // A single row is a vector too.
  if (layout === 'vector' || rank < 2 || shape[rank - 2] === 1) return vector;
  return { maps: -1, rows: rank - 2, columns: rank - 1 };
}

/** What the page asks for. */
export interface Picture {
  /**
   * An index for each axis; undefined for all of the axis if it is drawn, else for 0. An index of the axis of maps
   * chooses one map.
   */
  readonly slice: readonly (number | undefined)[];
  /** The pixels of the device that there are to draw in. */
  readonly width: number;
  readonly height: number;
  /** What the user says the axes are. Default: what the source says. */
  readonly layout?: ActivationLayout | undefined;
}

/** The drawn part of a tensor, divided into cells. */
export interface Plan {
  readonly axes: Axes;
  /** An index for each axis; 0 for those that are drawn. */
  readonly index: readonly number[];
  /** The numbers of maps, and of rows and columns of values in each. */
  readonly maps: number;
  readonly rows: number;
  readonly columns: number;
  /** The rows and columns of values in one cell. */
  readonly block: readonly [rows: number, columns: number];
}

/** Other maps are drawn one by one. */
export const MOST_MAPS = 1024;

/**
 * Plans a picture: all values where there are pixels and cells for them, else blocks of equal size.
 * @param most the number of cells that may be used
 */
export function planOf(
  shape: readonly number[],
  layout: ActivationLayout | undefined,
  { slice, width, height }: Picture,
  most: number,
): Plan {
  let axes = axesOf(shape, layout);
  if (axes.maps !== -1 && slice[axes.maps] !== undefined) axes = { ...axes, maps: -1 };
  const drawn = [axes.maps, axes.rows, axes.columns];
  const index = shape.map((size, axis) => (drawn.includes(axis) ? 0 : within(slice[axis] ?? 0, size)));
  const sizeOf = (axis: number) => (axis === -1 ? 1 : shape[axis]!);
  const [all, rows, columns] = drawn.map(sizeOf) as [number, number, number];
  const maps = shape.includes(0) ? 0 : Math.min(all, MOST_MAPS, most);
  const { scale } = gridOf(maps, rows, columns, width, height);
  // Single maps are stretched to the plot.
  const block: [number, number] =
    maps > 1
      ? [blockOf(1 / scale, rows), blockOf(1 / scale, columns)]
      : [blockOf(rows / height, rows), blockOf(columns / width, columns)];
  const cells = () => maps * Math.ceil(rows / block[0]) * Math.ceil(columns / block[1]);
  while (cells() > most) {
    // The side with more cells gives way; equal sides together.
    const [high, wide] = [rows / block[0], columns / block[1]];
    const by = Math.sqrt(cells() / most);
    if (high >= wide) block[0] = Math.min(rows, Math.ceil(block[0] * Math.max(by, 1 + 1 / block[0])));
    if (wide >= high) block[1] = Math.min(columns, Math.ceil(block[1] * Math.max(by, 1 + 1 / block[1])));
  }
  return { axes, index, maps, rows, columns, block };
}

/** A picture without a size is planned as if it had room: its card has not been laid out yet. */
const blockOf = (values: number, most: number): number =>
  Number.isFinite(values) ? Math.max(1, Math.min(Math.ceil(values), most)) : 1;

const within = (index: number, size: number): number => Math.max(0, Math.min(Math.trunc(index), size - 1));

/** How maps lie beside each other. */
export interface Grid {
  /** The number of maps in a row of the grid. */
  readonly across: number;
  readonly down: number;
  /** The pixels of one value. */
  readonly scale: number;
}

/** The grid in which maps of square values are largest. Gaps are pixels between maps. */
export function gridOf(
  maps: number,
  rows: number,
  columns: number,
  width: number,
  height: number,
  gapX: number = 0,
  gapY: number = 0,
): Grid {
  let best: Grid = { across: Math.max(1, maps), down: 1, scale: 0 };
  for (let across = 1; across <= maps; across++) {
    const down = Math.ceil(maps / across);
    const wide = (width - gapX * (across - 1)) / (across * columns);
    const scale = Math.min(wide, (height - gapY * (down - 1)) / (down * rows));
    if (scale > best.scale) best = { across, down, scale };
  }
  return best;
}

/** The first value of a row-major tensor that a plan draws, and the one after the last. */
export function spanOf(shape: readonly number[], plan: Plan): readonly [first: number, end: number] {
  const { maps, rows, columns } = plan;
  if (maps === 0) return [0, 0];
  const { start, map, row, column } = stridesOf(shape, plan);
  return [start, start + (maps - 1) * map + (rows - 1) * row + (columns - 1) * column + 1];
}

/** Where the value of a cell's first row and column lies in a row-major tensor. */
export interface Strides {
  readonly start: number;
  readonly map: number;
  readonly row: number;
  readonly column: number;
}

export function stridesOf(shape: readonly number[], { axes, index }: Plan): Strides {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  const of = (axis: number): number => (axis === -1 ? 0 : strides[axis]!);
  const start = index.reduce((sum, at, axis) => sum + at * strides[axis]!, 0);
  return { start, map: of(axes.maps), row: of(axes.rows), column: of(axes.columns) };
}
