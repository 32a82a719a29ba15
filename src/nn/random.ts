/**
 * @file The random numbers of PyTorch's CPU generator, seed for seed: the Mersenne Twister MT19937 (Matsumoto and
 * Nishimura, 1998), and the float32 rules of torch 2.13 for its 32-bit words (aten/src/ATen/core/DistributionsHelper.h,
 * native/cpu/DistributionTemplates.h).
 */
import { mismatch } from '../check/index.ts';
import { warnOfCopies } from '../hooks/index.ts';

const N = 624;
const M = 397;

/** Words are kept signed: V8 turns unsigned ones into floating-point numbers. */
class MersenneTwister {
  readonly #state = new Int32Array(N);
  #next = N;

  constructor(seed: number) {
    const state = this.#state;
    state[0] = seed;
    for (let i = 1; i < N; i++) {
      const before = state[i - 1]!;
      state[i] = Math.imul(1812433253, before ^ (before >>> 30)) + i;
    }
  }

  /** 32 random bits, unsigned. */
  word(): number {
    if (this.#next === N) this.#twist();
    return temper(this.#state[this.#next++]!) >>> 0;
  }

  /** Fills an array with whole numbers of 24 random bits each, times `scale`, plus `start`. */
  fill(data: Float32Array, scale: number, start: number): void {
    const state = this.#state;
    for (let i = 0; i < data.length; ) {
      if (this.#next === N) this.#twist();
      const shift = this.#next - i;
      const end = Math.min(N - shift, data.length);
      for (; i < end; i++) data[i] = (temper(state[i + shift]!) & 0xffffff) * scale + start;
      this.#next = i + shift;
    }
  }

  #twist(): void {
    const state = this.#state;
    for (let i = 0; i < N - M; i++) state[i] = state[i + M]! ^ mixed(state[i]!, state[i + 1]!);
    for (let i = N - M; i < N - 1; i++) state[i] = state[i + M - N]! ^ mixed(state[i]!, state[i + 1]!);
    state[N - 1] = state[M - 1]! ^ mixed(state[N - 1]!, state[0]!);
    this.#next = 0;
  }
}

function mixed(high: number, low: number): number {
  const y = (high & 0x80000000) | (low & 0x7fffffff);
  return (y >>> 1) ^ (-(y & 1) & 0x9908b0df);
}

function temper(word: number): number {
  let y = word;
  y ^= y >>> 11;
  y ^= (y << 7) & 0x9d2c5680;
  y ^= (y << 15) & 0xefc60000;
  return y ^ (y >>> 18);
}

let generator: MersenneTwister | undefined;
/** The second value of the last pair that `normalAlone` made. */
let spare: number | undefined;

/**
 * Seeds `rand`, `randn` and the initial values of layers. The numbers are those of `torch.manual_seed` on the CPU. Without
 * it, the seed is random.
 * @param seed a whole number, of which the low 32 bits are used
 * @throws RangeError for anything else
 */
export function manualSeed(seed: number): void {
  if (!Number.isSafeInteger(seed)) {
    throw mismatch('manualSeed()', 'the seed', 'a whole number from -(2^53 - 1) to 2^53 - 1', seed, RangeError);
  }
  warnOfCopies('manualSeed() of this one does not seed its random numbers');
  start(seed);
}

function start(seed: number): void {
  generator = new MersenneTwister(Number(BigInt.asUintN(32, BigInt(seed))));
  spare = undefined;
}

function seeded(): MersenneTwister {
  if (generator === undefined) start(Math.floor(Math.random() * 2 ** 32));
  return generator!;
}

/**
 * Fills an array with float32 numbers uniform in [from, to), of 24 random bits each. Scaling and shifting round once, as a
 * fused multiply-add does: the product of two float32 numbers is exact in float64.
 */
export function uniform(data: Float32Array, from: number, to: number): Float32Array {
  const start = Math.fround(from);
  const span = Math.fround(Math.fround(to) - start);
  seeded().fill(data, 2 ** -24 * span, start);
  return data;
}

const BLOCK = 16;

/** Fills an array with numbers of mean 0 and standard deviation 1, by the Box-Muller transform. */
export function normal(data: Float32Array): Float32Array {
  if (data.length < BLOCK) {
    for (let i = 0; i < data.length; i++) data[i] = normalAlone();
    return data;
  }
  uniform(data, 0, 1);
  for (let i = 0; i + BLOCK <= data.length; i += BLOCK) normalBlock(data.subarray(i, i + BLOCK));
  // As PyTorch does, the rest draws a whole block, which overwrites the end of the one before.
  if (data.length % BLOCK !== 0) normalBlock(uniform(data.subarray(data.length - BLOCK), 0, 1));
  return data;
}

const TWO_PI = Math.fround(2 * Math.PI);

/**
 * Turns sixteen uniform numbers into normal ones, pairing the first eight with the last eight. Each step rounds to float32,
 * as PyTorch's vector code does; only the last bits of its logarithm, sine and cosine may differ.
 */
function normalBlock(block: Float32Array): void {
  const half = BLOCK / 2;
  for (let i = 0; i < half; i++) {
    const radius = Math.fround(Math.sqrt(-2 * Math.fround(Math.log(1 - block[i]!))));
    const angle = Math.fround(TWO_PI * block[i + half]!);
    block[i] = radius * Math.fround(Math.cos(angle));
    block[i + half] = radius * Math.fround(Math.sin(angle));
  }
}

/** One normal number, in float64. They are made in pairs. */
function normalAlone(): number {
  if (spare !== undefined) {
    const value = spare;
    spare = undefined;
    return value;
  }
  const angle = 2 * Math.PI * uniform53();
  const radius = Math.sqrt(-2 * Math.log1p(-uniform53()));
  spare = radius * Math.sin(angle);
  return radius * Math.cos(angle);
}

/** Uniform in [0, 1), of 53 random bits. The high word is drawn first. */
function uniform53(): number {
  const high = seeded().word();
  const low = seeded().word();
  return ((high & 0x1fffff) * 2 ** 32 + low) * 2 ** -53;
}
