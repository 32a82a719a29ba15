/**
 * @file The plain twin of the WebAssembly kernels: the fallback where WebAssembly is refused, and the oracle of the
 * tests. Sums are in float64.
 */
import { binOf, plainSummary } from '../check/index.ts';
import type {
  Activations,
  Distribution,
  FusedLayers,
  HistogramCounts,
  Kernels,
  Layer,
  Numbers,
  PackedLinear,
} from './kernels.ts';

class PlainLinear implements PackedLinear {
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly weight: Float32Array;

  constructor(weight: Numbers, outFeatures: number, inFeatures: number) {
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    this.weight = Float32Array.from(weight);
  }

  disposed = false;

  dispose(): void {
    this.disposed = true;
  }
}

function linear(input: Float32Array, rows: number, { packed, bias }: Layer): Float32Array {
  const { weight, inFeatures, outFeatures } = packed as PlainLinear;
  const output = new Float32Array(rows * outFeatures);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < outFeatures; column++) {
      let sum = bias === null ? 0 : bias[column]!;
      for (let k = 0; k < inFeatures; k++) sum += input[row * inFeatures + k]! * weight[column * inFeatures + k]!;
      output[row * outFeatures + column] = sum;
    }
  }
  return output;
}

function fuse(layers: readonly Layer[]): FusedLayers {
  const run = (input: Float32Array, rows: number) =>
    layers.reduce((values, layer) => {
      const output = linear(values, rows, layer);
      return layer.relu ? relu(output) : output;
    }, input);
  return {
    run,
    fits: () => true,
    runInside: (input, rows) => new PlainActivations(run(input instanceof Float32Array ? input : input.values, rows)),
  };
}

class PlainActivations implements Activations {
  values: Float32Array;

  constructor(values: Float32Array) {
    this.values = values;
  }

  relu(): void {
    this.values = relu(this.values);
  }

  release(): void {}
}

/** `x < 0 ? 0 : x` and not `Math.max(x, 0)`: that would turn -0 into +0. */
function relu(input: Float32Array): Float32Array {
  const output = new Float32Array(input.length);
  for (let i = 0; i < input.length; i++) output[i] = input[i]! < 0 ? 0 : input[i]!;
  return output;
}

/** A binary search per value. The last bin includes its right edge, as in numpy.histogram. */
function histogram(values: Numbers, edges: Numbers): HistogramCounts {
  const counts = new Float64Array(edges.length - 1);
  const first = edges[0]!;
  const last = edges[edges.length - 1]!;
  let [below, above, nan] = [0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const x = values[i]!;
    if (Number.isNaN(x)) nan++;
    else if (x < first) below++;
    else if (x > last) above++;
    else counts[binOf(edges, x)]!++;
  }
  return { counts, below, above, nan };
}

function distribution(values: Numbers, edges: Numbers): Distribution {
  const summary = plainSummary(values);
  let { min, max } = summary;
  let [sum, sumSquares] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const x = values[i]!;
    if (!Number.isFinite(x)) continue;
    // The later of -0 and 0.
    if (x === min) min = x;
    if (x === max) max = x;
    sum += x;
    sumSquares += x * x;
  }
  return { ...histogram(values, edges), ...summary, min, max, sum, sumSquares };
}

export const reference: Kernels = {
  name: 'javascript',
  pack: (weight, outFeatures, inFeatures) => new PlainLinear(weight, outFeatures, inFeatures),
  fuse,
  relu,
  summarize: plainSummary,
  histogram,
  distribution,
};
