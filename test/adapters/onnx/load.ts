import ort from 'onnxruntime-node';
import { test } from 'uvu';
import { tensorReader } from '../../../adapters/onnx/ort.ts';
import type { Edit } from '../../../src/adapter.ts';
import { readNumbers } from '../../../src/check/index.ts';
import { fixtureBytes, fixturePath } from '../../fixtures/files.ts';
import { fixtureJson } from '../../fixtures/fixture.ts';

/** A tensor in the JSON of test/fixtures/make/onnx.py. */
export interface Written {
  readonly type: string;
  readonly dims: number[];
  readonly values: number[];
}

/** What PyTorch's hooks saw in a model. */
export interface Facts {
  readonly inputs: Record<string, Written>;
  readonly outputs: Record<string, Written>;
  /** The class of each module, by path. */
  readonly classes: Record<string, string>;
  /** The output tensors of each call, by path. */
  readonly seen: Record<string, Written[][]>;
  /** The outputs under edits, each with the path of its module. */
  readonly edited: readonly {
    readonly edits: readonly (readonly [path: string, edit: Edit<ort.Tensor>])[];
    readonly outputs: Record<string, Written>;
  }[];
  /** The outputs with half of what a module gives, plus 0.25, by its path. */
  readonly replaced: Record<string, Record<string, Written>>;
}

/** Set by pages, test/browser/onnx.mjs. */
const page = (globalThis as { onnxTestPage?: { float16: boolean } }).onnxTestPage;

/** For tests of element types that WebGPU lacks: its sessions of such models fail, and no session can be created afterwards. */
export const testOfTypes: (name: string, run: () => Promise<void>) => void = page?.float16 === false ? () => {} : test;

const FLOAT32_NAMES = ['mlp', 'cnn', 'encoder', 'recurrent', 'nested', 'outside'] as const;
export const NAMES: readonly ((typeof FLOAT32_NAMES)[number] | 'half')[] =
  page?.float16 === false ? FLOAT32_NAMES : ([...FLOAT32_NAMES, 'half'] as const);
export const EXPORTERS = ['legacy', 'dynamo'] as const;

export const factsOf = (name: string): Facts => fixtureJson<Facts>(`onnx/${name}.json`);
/** An exported model, `mlp.legacy`, or a handwritten graph, `graphs/twice`. */
export const bytesOf = (name: string): Uint8Array => fixtureBytes(`onnx/${name}.onnx`);
export const pathOf = (name: string): string => fixturePath(`onnx/${name}.onnx`);

/** As a tensor of ONNX Runtime. */
export function tensorOf({ type, dims, values }: Written): ort.Tensor {
  if (type === 'int64') return new ort.Tensor('int64', BigInt64Array.from(values, BigInt), dims);
  if (type === 'bool') return new ort.Tensor('bool', Uint8Array.from(values), dims);
  if (type === 'float16') return new ort.Tensor('float16', Uint16Array.from(values, toFloat16), dims);
  return new ort.Tensor('float32', Float32Array.from(values), dims);
}

export const floats = (...values: number[]): ort.Tensor =>
  new ort.Tensor('float32', Float32Array.from(values), [values.length]);

export const feedsOf = ({ inputs }: Facts): Record<string, ort.Tensor> =>
  Object.fromEntries(Object.entries(inputs).map(([name, written]) => [name, tensorOf(written)]));

/** @throws Error for a number that is no float16 */
function toFloat16(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size === 0) return sign;
  const exponent = Math.max(Math.floor(Math.log2(size)), -14);
  const mantissa = size / 2 ** exponent;
  if (!Number.isInteger(mantissa * 1024)) throw new Error(`float16 has no ${value}`);
  return sign + (mantissa < 1 ? mantissa * 1024 : (exponent + 15) * 1024 + (mantissa - 1) * 1024);
}

export const sessionOf = (source: string | Uint8Array): Promise<ort.InferenceSession> =>
  ort.InferenceSession.create(source as string);

export const numbersOf = (tensor: ort.Tensor): number[] =>
  Array.from(readNumbers('the test', 'output', tensorReader.values(tensor), tensor) as ArrayLike<number>);

/** The largest difference, relative to the largest number. */
export const difference = (tensor: ort.Tensor, { values }: Pick<Written, 'values'>): number =>
  largestDifference(numbersOf(tensor), values);

/** The same for numbers. */
export function largestDifference(numbers: readonly number[], values: readonly number[]): number {
  const scale = Math.max(...values.map(Math.abs), 1e-30);
  return Math.max(0, ...values.map((value, i) => Math.abs(value - numbers[i]!))) / scale;
}
