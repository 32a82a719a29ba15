/** @file One output of a layer on its way to the page, and what the page asks for. */
import { type Numbers, plainSummary } from '../../src/check/index.ts';
import { type ActivationLayout, type Picture, type Plan, planOf } from './layout.ts';
import { bytesPerCell, type Cells, cellsOf, MOST_BYTES } from './shrink.ts';

/** Names along the drawn axes. */
export interface ActivationLabels {
  readonly rows?: readonly string[];
  readonly columns?: readonly string[];
  readonly maps?: readonly string[];
}

/** A card's request for one output, in as many pixels as it has. */
export interface Want extends Picture {
  /** Identifies the card's request; activations carry it. */
  readonly id: number;
  readonly run: string;
  /** The tag of a tensor. That of a module asks for the first tensor of its output. */
  readonly tag: string;
  /** The unit whose value is followed over calls: an index for each axis. */
  readonly unit?: readonly number[] | undefined;
}

/** Of all values of a tensor; of the part that was read, if `count` is smaller. */
export interface ActivationSummary {
  readonly count: number;
  /** Of the finite values; NaN if there are none. */
  readonly min: number;
  readonly max: number;
  readonly nan: number;
  readonly positiveInfinity: number;
  readonly negativeInfinity: number;
}

/** What was asked for of one output. */
export interface Activation {
  /** Of the {@link Want}. */
  readonly want: number;
  readonly step: number;
  readonly shape: readonly number[];
  readonly layout: ActivationLayout | undefined;
  readonly labels: ActivationLabels | undefined;
  readonly plan: Plan;
  readonly cells: Cells;
  readonly summary: ActivationSummary;
  /** The followed unit; undefined if none is, or if the tensor has no such index. */
  readonly unit: { readonly index: readonly number[]; readonly value: number } | undefined;
}

/** What a source says about an output besides its values. */
export interface ActivationOutput {
  readonly step: number;
  readonly shape: readonly number[];
  readonly layout: ActivationLayout | undefined;
  readonly labels: ActivationLabels | undefined;
}

/**
 * @param summary of the values. Taken apart, since only some sources ship the kernels
 * @param first for values that are a part of the tensor, and contain what is drawn: the place of their first one
 * @throws RangeError if the values do not fill the shape, and are no part
 */
export function activationOf(
  want: Want,
  output: ActivationOutput,
  values: Numbers,
  summary: ActivationSummary,
  first?: number,
): Activation {
  const { shape } = output;
  const count = shape.reduce((product, size) => product * size, 1);
  if (first === undefined && values.length !== count) {
    throw new RangeError(`${want.tag}: shape [${shape.join(', ')}] has ${count} values, got ${values.length}`);
  }
  const layout = want.layout ?? output.layout;
  const plan = planOf(shape, layout, want, MOST_BYTES / bytesPerCell(values));
  const place = want.unit && offsetOf(want.unit, shape);
  const at = place === undefined ? -1 : place - (first ?? 0);
  return {
    want: want.id,
    ...output,
    layout,
    plan,
    cells: cellsOf(values, shape, plan, first),
    summary: shownSummary(summary),
    unit: at >= 0 && at < values.length ? { index: want.unit!, value: values[at]! } : undefined,
  };
}

/** The statistics of cells alone, where those of all values are not known. */
export const summaryOfCells = (cells: Cells): ActivationSummary => shownSummary(plainSummary(cells));

/** Without what is not shown, so that it is not sent. */
const shownSummary = ({ count, min, max, nan, positiveInfinity, negativeInfinity }: ActivationSummary) => ({
  count,
  min,
  max,
  nan,
  positiveInfinity,
  negativeInfinity,
});

/** The place of an index in a row-major array; undefined outside of the shape. */
export function offsetOf(index: readonly number[], shape: readonly number[]): number | undefined {
  if (index.length !== shape.length) return undefined;
  let at = 0;
  for (const [axis, size] of shape.entries()) {
    const i = index[axis]!;
    if (!(i >= 0 && i < size)) return undefined;
    at = at * size + i;
  }
  return at;
}
