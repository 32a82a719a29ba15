/** @file The models of test/fixtures/make/faulty_models.py as modules of layertap, with the same faults. */
import { readFileSync } from 'node:fs';
import { Linear, Module, relu, Tensor } from '../../src/index.ts';
import { readSafetensors } from '../../src/safetensors/index.ts';
import { folder } from './pytorch.ts';

type Weights = ReadonlyMap<string, { readonly data: Float32Array; readonly shape: readonly number[] }>;

export const weightsOf = (model: string): Weights =>
  readSafetensors(readFileSync(new URL(`${model}.weights.safetensors`, folder))) as unknown as Weights;

/** A tensor of computed values, by index along each axis. */
function computed(shape: readonly number[], value: (...index: number[]) => number): Tensor {
  const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
  const index = shape.map(() => 0);
  for (let i = 0; i < data.length; i++) {
    data[i] = value(...index);
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis]! === shape[axis]; axis--) index[axis] = 0;
  }
  return new Tensor(data, shape);
}

/** The offset of an index of four axes. */
const at = (shape: readonly number[], n: number, c: number, h: number, w: number): number =>
  ((n * shape[1]! + c) * shape[2]! + h) * shape[3]! + w;

/** A module whose forward is a function. */
class Lambda extends Module {
  readonly #compute: (x: Tensor) => Tensor;
  readonly #kind: string;
  constructor(kind: string, compute: (x: Tensor) => Tensor) {
    super();
    this.#kind = kind;
    this.#compute = compute;
  }
  override forward(x: Tensor): Tensor {
    return this.#compute(x);
  }
  override toString(): string {
    return `${this.#kind}()`;
  }
}

const each = (kind: string, f: (value: number) => number) =>
  new Lambda(kind, (x) => new Tensor(Float32Array.from(x.data as Float32Array, f), x.shape));

interface Convolution {
  readonly weight: { readonly data: Float32Array; readonly shape: readonly number[] };
  readonly bias?: Float32Array;
  readonly stride?: number;
  readonly dilation?: number;
  readonly groups?: number;
  /** Rows above and columns to the left that are zero. */
  readonly before: number;
  readonly after: number;
}

function convolution({ weight, bias, stride = 1, dilation = 1, groups = 1, before, after }: Convolution) {
  const [outChannels, inGroup, kernel] = weight.shape as [number, number, number];
  return new Lambda('Conv2d', (x) => {
    const [batch, , height, width] = x.shape as [number, number, number, number];
    const size = (length: number) => Math.floor((length + before + after - dilation * (kernel - 1) - 1) / stride) + 1;
    return computed([batch, outChannels, size(height), size(width)], (n, o, h, w) => {
      const group = Math.floor(o / (outChannels / groups));
      let sum = bias?.[o] ?? 0;
      for (let i = 0; i < inGroup; i++) {
        for (let p = 0; p < kernel; p++) {
          for (let q = 0; q < kernel; q++) {
            const [row, column] = [h * stride - before + p * dilation, w * stride - before + q * dilation];
            if (row < 0 || column < 0 || row >= height || column >= width) continue;
            sum +=
              x.data[at(x.shape, n, group * inGroup + i, row, column)]! * weight.data[at(weight.shape, o, i, p, q)]!;
          }
        }
      }
      return sum;
    });
  });
}

function linear(
  weights: Weights,
  name: string,
  change: (weight: Float32Array) => Float32Array = (weight) => weight,
): Linear {
  const weight = weights.get(`${name}.weight`)!;
  const [out, inside] = weight.shape as [number, number];
  const layer = new Linear(inside, out);
  layer.weight.assign(change(weight.data.slice()));
  layer.bias!.assign(weights.get(`${name}.bias`)!.data);
  return layer;
}

/** (x - mean) / sqrt(variance + eps) along the axis that `stride` and `size` describe. */
function normalized(x: Tensor, stride: number, size: number, eps: number): Tensor {
  const data = new Float32Array(x.data.length);
  for (let i = 0; i < data.length; i++) {
    const place = Math.floor(i / stride) % size;
    const first = i - place * stride;
    let [sum, squares] = [0, 0];
    for (let k = 0; k < size; k++) sum += x.data[first + k * stride]!;
    for (let k = 0; k < size; k++) squares += (x.data[first + k * stride]! - sum / size) ** 2;
    data[i] = (x.data[i]! - sum / size) / Math.sqrt(squares / size + eps);
  }
  return new Tensor(data, x.shape);
}

export class Vision extends Module {
  bytes: Lambda;
  stem: Lambda;
  bn: Lambda;
  act: Lambda;
  wide: Lambda;
  flip: Lambda;
  grouped: Lambda;
  norm: Lambda;
  sub: Lambda;
  gain: Lambda;
  fc: Linear;

  constructor(fault?: string) {
    super();
    const weights = weightsOf('vision');
    const data = (name: string) => weights.get(name)!.data;
    const conv = (name: string, more: Partial<Convolution> = {}) =>
      convolution({ weight: weights.get(`${name}.weight`)!, bias: data(`${name}.bias`), before: 1, after: 1, ...more });
    const changed = (name: string, f: (values: Float32Array, i: number) => number) => {
      const weight = weights.get(name)!;
      return { shape: weight.shape, data: weight.data.map((_, i) => f(weight.data, i)) };
    };
    const variance = data('bn.running_var').map((value) => value * (fault === 'variance' ? 15 / 16 : 1));
    const wide = fault === 'dilation' ? 1 : 2;
    const first = fault === 'phase' ? 1 : 0;
    this.bytes = each('Bytes', (x) => (fault === 'signed' && x > 127 ? x - 256 : x) / 255);
    this.stem = convolution({
      weight: weights.get('stem.weight')!,
      stride: 2,
      before: fault === 'pad' ? 0 : 1,
      after: fault === 'pad' ? 1 : 0,
    });
    this.bn = new Lambda('BatchNorm2d', (x) =>
      computed(x.shape, (n, c, h, w) => {
        const centered = x.data[at(x.shape, n, c, h, w)]! - data('bn.running_mean')[c]!;
        return (centered / Math.sqrt(variance[c]! + 1e-5)) * data('bn.weight')[c]! + data('bn.bias')[c]!;
      }),
    );
    this.act = fault === 'relu' ? each('Identity', (x) => x) : each('ReLU', (x) => Math.max(x, 0));
    this.wide = conv('wide', { before: wide, after: wide, dilation: wide });
    this.flip = conv(
      'flip',
      fault === 'flipped' ? { weight: changed('flip.weight', (values, i) => values[i - (i % 3) + 2 - (i % 3)]!) } : {},
    );
    const half = data('grouped.weight').length / 2;
    this.grouped = conv('grouped', {
      groups: 2,
      ...(fault === 'groups' && {
        weight: changed('grouped.weight', (values, i) => values[(i + half) % values.length]!),
      }),
    });
    this.norm = new Lambda('LastAxis', (x) => normalized(x, fault === 'axis' ? x.shape[3]! : 1, 8, 1e-5));
    this.sub = new Lambda('Subsample', (x) =>
      computed(
        [x.shape[0]!, x.shape[1]!, x.shape[2]! / 2, x.shape[3]! / 2],
        (n, c, h, w) => x.data[at(x.shape, n, c, first + 2 * h, first + 2 * w)]!,
      ),
    );
    this.gain = each('Gain', (x) => x * 0.5 * (fault === 'scale' ? 1.01 : 1));
    this.fc = linear(weights, 'fc');
  }

  override forward(input: Tensor): Tensor {
    const stem = this.stem(this.bytes(input));
    let x = this.act(
      this.bn(
        new Tensor(
          Float32Array.from(stem.data as Float32Array, (value) => value + 0.25),
          stem.shape,
        ),
      ),
    );
    x = this.gain(this.sub(this.norm(this.grouped(this.flip(this.wide(x))))));
    return this.fc(x.reshape(x.shape[0]!, -1));
  }
}

class Attention extends Module {
  qkv: Linear;
  out: Linear;
  readonly #fault: string | undefined;

  constructor(weights: Weights, fault: string | undefined) {
    super();
    this.qkv = linear(weights, 'attn.qkv');
    this.out = linear(weights, 'attn.out');
    this.#fault = fault;
  }

  override forward(x: Tensor): Tensor {
    const fault = this.#fault;
    const [batch, length] = x.shape as [number, number];
    const qkv = this.qkv(x).data;
    const part = (which: number, n: number, t: number, head: number, i: number) =>
      qkv[(n * length + t) * 24 + which * 8 + head * 4 + i]!;
    return this.out(
      computed([batch, length, 8], (n, t, channel) => {
        const head = Math.floor(channel / 4);
        const seen = Math.min(length, t + (fault === 'mask' ? 2 : 1));
        const scores = Array.from({ length: seen }, (_, s) => {
          let score = 0;
          for (let i = 0; i < 4; i++) score += part(0, n, t, head, i) * part(1, n, s, head, i);
          return score / (fault === 'sqrt' ? 4 : 2);
        });
        const top = Math.max(...scores);
        const powers = scores.map((score) => Math.exp(score - top));
        const sum = powers.reduce((total, power) => total + power, 0);
        const of = fault === 'heads' ? 1 - head : head;
        return powers.reduce((total, power, s) => total + (power / sum) * part(2, n, s, of, channel % 4), 0);
      }),
    );
  }
}

/** Abramowitz and Stegun 7.1.5: the series of erf, in float64. */
function erf(x: number): number {
  if (Math.abs(x) > 5) return Math.sign(x);
  let [sum, term] = [x, x];
  for (let n = 1; n < 100; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

const GELU = {
  erf: (x: number) => (x / 2) * (1 + erf(x / Math.SQRT2)),
  tanh: (x: number) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
};

export class Text extends Module {
  embed: Lambda;
  positions: Lambda;
  fc1: Linear;
  gelu: Lambda;
  attn: Attention;
  norm: Lambda;
  fc2: Linear;
  fc3: Linear;

  constructor(fault?: string) {
    super();
    const weights = weightsOf('text');
    const data = (name: string) => weights.get(name)!.data;
    const first = fault === 'position' ? 1 : 0;
    this.embed = new Lambda('Embedding', (ids) =>
      computed([...ids.shape, 8], (n, t, i) => data('embed.weight')[ids.data[n * ids.shape[1]! + t]! * 8 + i]!),
    );
    this.positions = new Lambda('Positions', (x) =>
      computed(
        x.shape,
        (n, t, i) => x.data[(n * x.shape[1]! + t) * 8 + i]! + data('positions.weight')[(t + first) * 8 + i]!,
      ),
    );
    this.fc1 = linear(weights, 'fc1', (weight) =>
      fault === 'transposed' ? weight.map((_, i) => weight[(i % 8) * 8 + Math.floor(i / 8)]!) : weight,
    );
    this.gelu = each('GELU', fault === 'tanh' ? GELU.tanh : GELU.erf);
    this.attn = new Attention(weights, fault);
    const eps = fault === 'eps3' ? 1e-3 : fault === 'eps5' ? 2e-5 : 1e-5;
    this.norm = new Lambda('LayerNorm', (x) => {
      const plain = normalized(x, 1, 8, eps);
      return computed(x.shape, (n, t, i) => {
        const value = plain.data[(n * x.shape[1]! + t) * 8 + i]!;
        return value * data('norm.weight')[i]! + data('norm.bias')[i]!;
      });
    });
    this.fc2 = linear(weights, 'fc2', (weight) =>
      fault === 'row' ? weight.map((value, i) => (i < 16 ? weight[(i + 8) % 16]! : value)) : weight,
    );
    this.fc3 = linear(weights, 'fc3');
    if (fault === 'bias') this.fc3.bias!.assign(new Float32Array(5));
  }

  override forward(ids: Tensor): Tensor {
    const x = this.gelu(this.fc1(this.positions(this.embed(ids))));
    const attended = this.attn(x);
    const y = this.norm(
      new Tensor(
        Float32Array.from(x.data as Float32Array, (value, i) => (value + attended.data[i]!) * 0.01),
        x.shape,
      ),
    );
    const z = this.fc2(y);
    return this.fc3(new Tensor(Float32Array.from(z.data as Float32Array, Math.tanh), z.shape));
  }
}

const STEPS = 5;

/** Writes the keys and values of one step into its place. With the fault, those of step 3 are lost. */
class Cache extends Module {
  readonly #isStale: boolean;
  constructor(fault: string | undefined) {
    super();
    this.#isStale = fault === 'stale';
  }
  override forward(past: Tensor, fresh: Tensor, place: number): Tensor {
    if (this.#isStale && place === 3) return past;
    return computed(past.shape, (n, t, i) => {
      const before = past.data[(n * STEPS + t) * 16 + i]!;
      return t === place ? before + fresh.data[n * 16 + i]! : before;
    });
  }
}

/** One query to the keys of all steps so far. */
class Attend extends Module {
  override forward(query: Tensor, cache: Tensor, place: number): Tensor {
    return computed(query.shape, (n, i) => {
      const value = (t: number, k: number) => cache.data[(n * STEPS + t) * 16 + k]!;
      const scores = Array.from({ length: place + 1 }, (_, t) => {
        let score = 0;
        for (let k = 0; k < 8; k++) score += query.data[n * 8 + k]! * value(t, k);
        return score / Math.sqrt(8);
      });
      const powers = scores.map((score) => Math.exp(score - Math.max(...scores)));
      const sum = powers.reduce((total, power) => total + power, 0);
      return powers.reduce((total, power, t) => total + (power / sum) * value(t, 8 + i), 0);
    });
  }
}

class Step extends Module {
  embed: Lambda;
  qkv: Linear;
  cache: Cache;
  attend: Attend = new Attend();
  out: Linear;

  constructor(fault: string | undefined) {
    super();
    const weights = weightsOf('decoder');
    const rows = weights.get('step.embed.weight')!.data;
    this.embed = new Lambda('Embedding', (token) =>
      computed([...token.shape, 8], (n, i) => rows[token.data[n]! * 8 + i]!),
    );
    this.qkv = linear(weights, 'step.qkv');
    this.cache = new Cache(fault);
    this.out = linear(weights, 'step.out');
  }

  override forward(token: Tensor, past: Tensor, place: number): [logits: Tensor, cache: Tensor] {
    const qkv = this.qkv(this.embed(token));
    const part = (from: number, to: number) =>
      computed([token.shape[0]!, to - from], (n, i) => qkv.data[n * 24 + from + i]!);
    const cache = this.cache(past, part(8, 24), place);
    return [this.out(this.attend(part(0, 8), cache, place)), cache];
  }
}

export class Decoder extends Module {
  step: Step;

  constructor(fault?: string) {
    super();
    this.step = new Step(fault);
  }

  override forward(ids: Tensor): Tensor {
    const [batch] = ids.shape as [number];
    let cache = computed([batch, STEPS, 16], () => 0);
    const logits = Array.from({ length: STEPS }, (_, place) => {
      const token = computed([batch], (n) => ids.data[n * STEPS + place]!);
      const [y, written] = this.step(token, cache, place);
      cache = written;
      return y;
    });
    return computed([batch, STEPS, 8], (n, t, i) => logits[t]!.data[n * 8 + i]!);
  }
}

/** Its sums are beyond the largest float16. */
export class Overflow extends Module {
  fc1: Linear;
  fc2: Linear;
  norm: Lambda;

  constructor() {
    super();
    const weights = weightsOf('overflow');
    const data = (name: string) => weights.get(name)!.data;
    this.fc1 = linear(weights, 'fc1');
    this.fc2 = linear(weights, 'fc2');
    this.norm = new Lambda('LayerNorm', (x) => {
      const plain = normalized(x, 1, 4, 1e-5);
      return computed(x.shape, (n, i) => plain.data[n * 4 + i]! * data('norm.weight')[i]! + data('norm.bias')[i]!);
    });
  }

  override forward(x: Tensor): Tensor {
    return this.norm(this.fc2(relu(this.fc1(x))));
  }
}

const TWINS = { vision: Vision, text: Text, decoder: Decoder, overflow: Overflow };

export const twin = (model: string, fault?: string): Module => new TWINS[model as keyof typeof TWINS](fault);
