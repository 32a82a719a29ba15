/** @file The order of the axes of images: NCHW on one side, NHWC on the other. */
import { familyOf } from './kinds.ts';
import type { TensorPart } from './recording.ts';
import { sameShape, sizeOf } from './values.ts';

/** How the axes of a become those of b. */
export type Layout = 'same' | 'to-last' | 'to-first';

/** The axes of a tensor of b, as axes of a. */
export function axesOf(layout: Layout, rank: number): readonly number[] | undefined {
  if (layout === 'same' || rank < 3) return undefined;
  const inner = Array.from({ length: rank - 2 }, (_, i) => i);
  // [N, C, H, W] to [N, H, W, C], and back.
  return layout === 'to-last' ? [0, ...inner.map((i) => i + 2), 1] : [0, rank - 1, ...inner.map((i) => i + 1)];
}

export function inLayout(shape: readonly number[], layout: Layout): readonly number[] {
  const axes = axesOf(layout, shape.length);
  return axes === undefined ? shape : axes.map((axis) => shape[axis]!);
}

export const inverse = (layout: Layout): Layout =>
  layout === 'same' ? layout : layout === 'to-last' ? 'to-first' : 'to-last';

/** The axis of a's tensors that has the channels. Keras's convolutions have them last, those of PyTorch and ONNX after the batch. */
export function channelAxis(kind: string, layout: Layout, rank: number): number {
  const isConvolution = familyOf(kind) === 'convolution' && rank > 2;
  return isConvolution && layout !== 'to-first' && (layout === 'to-last' || !KERAS.test(kind)) ? 1 : rank - 1;
}

/** `Conv2D`, `DepthwiseConv2D`, `Conv2DTranspose`; PyTorch has `Conv2d`. */
const KERAS = /\dD/;

/** How many values there are for each index of an axis of a, in the layout. */
export function strideOf(shape: readonly number[], axis: number, layout: Layout): number {
  const axes = axesOf(layout, shape.length);
  return sizeOf(inLayout(shape, layout).slice((axes?.indexOf(axis) ?? axis) + 1));
}

function declared({ layout: ofA }: TensorPart, { layout: ofB }: TensorPart): Layout | undefined {
  if (ofA === undefined || ofB === undefined) return undefined;
  return ofA === ofB ? 'same' : ofA === 'NCHW' ? 'to-last' : 'to-first';
}

const LAYOUTS: readonly Layout[] = ['same', 'to-last', 'to-first'];

/**
 * The layout of all tensors of each rank: that of most pairs of shapes. A shape that fits two layouts decides nothing, unless both
 * frameworks say which one they have.
 * @param pairs tensors that belong together, of a and of b
 */
export function layoutsOf(pairs: Iterable<readonly [TensorPart, TensorPart]>): Map<number, Layout> {
  const votes = new Map<number, Map<Layout, number>>();
  for (const [a, b] of pairs) {
    const { length } = a.shape;
    if (length < 3 || length > 5 || length !== b.shape.length) continue;
    // Batches may differ.
    const fitting = LAYOUTS.filter((layout) => sameShape(inLayout(a.shape, layout).slice(1), b.shape.slice(1)));
    const layout = fitting.length > 1 ? declared(a, b) : fitting[0];
    if (layout === undefined) continue;
    const ofRank = votes.get(length) ?? new Map<Layout, number>();
    ofRank.set(layout, (ofRank.get(layout) ?? 0) + 1);
    votes.set(length, ofRank);
  }
  return new Map([...votes].map(([rank, ofRank]) => [rank, [...ofRank].sort((p, q) => q[1] - p[1])[0]![0]]));
}
