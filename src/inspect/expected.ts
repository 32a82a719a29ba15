/** @file What the tensors of b's calls should be: the values of a, in b's layout. */
import type { Numbers, Summary } from '../check/index.ts';
import { summarize } from '../kernels/index.ts';
import { axesOf, inLayout, type Layout } from './layout.ts';
import { type Recording, sampleIndices, type TensorPart } from './recording.ts';
import { shapeError, type TensorError } from './tensor-error.ts';
import { numbersOf, permuted, sameShape, sizeOf } from './values.ts';

/** The counterpart of one tensor of b. */
export interface Expected {
  readonly part: TensorPart;
  /** In b's layout. Of the first rows only, if b's batch is larger. */
  readonly values: Numbers;
  /** Which values of the tensor these are, where only samples were kept, none in another layout; undefined for all. */
  readonly indices: Numbers | undefined;
  /** Of all values of a's tensor, where only samples were kept. */
  readonly statistics?: Summary;
  /** How its axes became those of b. */
  readonly layout: Layout;
  /** Why it cannot be compared: the shapes. */
  readonly problem: TensorError | undefined;
  /** The same in the other order, for a flattened image: only values tell which order it has. */
  readonly other?: Expected;
}

export class Expectations {
  readonly #a: Recording;
  readonly #b: Recording;
  readonly #layouts: ReadonlyMap<number, Layout>;
  /** Shapes of images by the names of a's tensors: a flattened image is the same tensor. */
  readonly #images: ReadonlyMap<string, readonly number[]>;
  /** The sizes of the batches, if they differ. */
  readonly #batches: readonly [number, number] | undefined;
  readonly #permuted: Map<string, Numbers> = new Map();

  constructor(
    a: Recording,
    b: Recording,
    layouts: ReadonlyMap<number, Layout>,
    images: ReadonlyMap<string, readonly number[]>,
    batches: readonly [number, number] | undefined,
  ) {
    this.#a = a;
    this.#b = b;
    this.#layouts = layouts;
    this.#images = images;
    this.#batches = batches;
  }

  /**
   * The counterparts of b's tensors among a's: in their order if all shapes fit, else those that are closest.
   * @returns one for each tensor of b; undefined where a has none
   */
  of(ofA: readonly TensorPart[], ofB: readonly TensorPart[]): (Expected | undefined)[] {
    if (ofA.length === ofB.length) {
      const inOrder = ofB.map((part, i) => this.#closest(ofA[i]!, part));
      if (!inOrder.includes(undefined)) return inOrder;
    }
    // The same tensor twice, as in attention(x, x, x), is one.
    const distinct = ofA.filter((one, i) => ofA.findIndex(({ tensor }) => tensor === one.tensor) === i);
    const candidates = ofB.flatMap((part, i) =>
      distinct.flatMap((one) => {
        const expected = this.#closest(one, part);
        return expected === undefined ? [] : { i, expected, distance: this.distance(expected, part) };
      }),
    );
    candidates.sort((p, q) => p.distance - q.distance);
    const result = new Array<Expected | undefined>(ofB.length).fill(undefined);
    const used = new Set<TensorPart>();
    for (const { i, expected } of candidates) {
      if (result[i] !== undefined || used.has(expected.part)) continue;
      result[i] = expected;
      used.add(expected.part);
    }
    return result;
  }

  /** The same for outputs: where a and b have equally many, a shape that fits none is a difference. */
  ofOutput(ofA: readonly TensorPart[], ofB: readonly TensorPart[]): (Expected | undefined)[] {
    return this.of(ofA, ofB).map((expected, i) =>
      expected === undefined && ofA.length === ofB.length ? this.#mismatch(ofA[i]!, ofB[i]!) : expected,
    );
  }

  /** The counterpart in the order that values have. */
  inOrderOf(expected: Expected, values: Numbers): Expected {
    const { other } = expected;
    if (other === undefined) return expected;
    return distanceOf(other, values) < distanceOf(expected, values) ? other : expected;
  }

  /** The relative difference from what b recorded; Infinity for samples of something else. */
  distance(expected: Expected, part: TensorPart): number {
    return distanceOf(expected, numbersOf(this.#b.tensors.get(part.tensor)!));
  }

  /** The way in which a tensor of a is closest to one of b; undefined if no shape fits. */
  #closest(a: TensorPart, b: TensorPart): Expected | undefined {
    const [first, second] = this.#counterparts(a, b);
    if (first === undefined || second === undefined) return first;
    const isFirst = this.distance(first, b) <= this.distance(second, b);
    return isFirst ? { ...first, other: second } : { ...second, other: first };
  }

  /** Ways in which a tensor of a may be the counterpart of one of b: as it is, in another layout, as a flattened image. */
  #counterparts(a: TensorPart, b: TensorPart): Expected[] {
    const found: Expected[] = [];
    const layout = this.#layouts.get(a.shape.length) ?? 'same';
    const shape = inLayout(a.shape, layout);
    const isSampled = a.statistics !== undefined || b.statistics !== undefined;
    const whole = sameShape(shape, b.shape);
    if (isSampled) return whole ? [this.#samples(a, layout)] : [];
    if (whole || this.#isFirstRows(shape, b.shape)) {
      found.push(this.#expected(a, this.#inLayout(a, a.shape, layout), layout));
    }
    const image = this.#images.get(a.tensor);
    const ofImage = image && (this.#layouts.get(image.length) ?? 'same');
    if (image !== undefined && ofImage !== 'same' && a.shape.length < image.length && whole) {
      found.push(this.#expected(a, this.#inLayout(a, image, ofImage!), 'same'));
    }
    return found;
  }

  #expected(part: TensorPart, values: Numbers, layout: Layout): Expected {
    return { part, values, indices: undefined, layout, problem: undefined };
  }

  /** The samples that both have. Two layouts have none in common, but the same statistics. */
  #samples(a: TensorPart, layout: Layout): Expected {
    const indices = layout === 'same' ? sampleIndices(sizeOf(a.shape)) : new Float64Array(0);
    const given = numbersOf(this.#a.tensors.get(a.tensor)!);
    const values = valuesAt(indices, given);
    return { part: a, values, indices, statistics: a.statistics ?? summarize(given), layout, problem: undefined };
  }

  #inLayout({ tensor }: TensorPart, shape: readonly number[], layout: Layout): Numbers {
    const values = numbersOf(this.#a.tensors.get(tensor)!);
    const axes = axesOf(layout, shape.length);
    if (axes === undefined) return values;
    const key = `${tensor} ${shape} ${layout}`;
    let known = this.#permuted.get(key);
    if (known === undefined) {
      known = permuted(values, shape, axes);
      this.#permuted.set(key, known);
    }
    return known;
  }

  #isFirstRows(a: readonly number[], b: readonly number[]): boolean {
    if (this.#batches === undefined || a.length === 0 || a.length !== b.length) return false;
    const [ofA, ofB] = this.#batches;
    return a[0]! * ofB === b[0]! * ofA && sameShape(a.slice(1), b.slice(1));
  }

  #mismatch(a: TensorPart, b: TensorPart): Expected {
    const problem = shapeError(inLayout(a.shape, this.#layouts.get(a.shape.length) ?? 'same'), b.shape);
    return { part: a, values: [], indices: undefined, layout: 'same', problem };
  }
}

function distanceOf({ values, indices, problem }: Expected, all: Numbers): number {
  const given = valuesAt(indices, all);
  if (problem !== undefined || given.length < values.length) return Infinity;
  let [squares, ofA] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const [p, q] = [values[i]!, given[i]!];
    if (p === q || !Number.isFinite(p) || !Number.isFinite(q)) continue;
    squares += (p - q) ** 2;
    ofA += p * p;
  }
  return squares === 0 ? 0 : Math.sqrt(squares / ofA);
}

/** The values at some indices of a tensor, of which all values are given, or only these. */
export const valuesAt = (indices: Numbers | undefined, values: Numbers): Numbers =>
  indices === undefined || values.length === indices.length
    ? values
    : Float64Array.from(indices as ArrayLike<number>, (i) => values[i]!);
