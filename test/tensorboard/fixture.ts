/** @file Files that PyTorch wrote, as recorded by test/fixtures/make/tensorboard.py. */
import { readFileSync } from 'node:fs';
import type { Numbers } from '../../src/check/index.ts';
import type { SummaryValues } from '../../src/tensorboard/index.ts';
import { readArray } from '../../src/tensorboard/values.ts';

export interface Case {
  name: string;
  kind: 'histogram' | 'scalar';
  tag: string;
  step: number | bigint | undefined;
  /** An array; for PyTorch types without a JavaScript array, the bits and the dtype. */
  values: SummaryValues;
  /** The same as plain numbers. */
  numbers: Numbers;
  finite: boolean;
  /** The whole record, framing included. */
  record: Uint8Array;
}

const ARRAYS = {
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
};

/** The arrays for the elements of PyTorch's tensors, or for their bits. */
const TENSORS = {
  'torch.int64': BigInt64Array,
  'torch.bool': Uint8Array,
  'torch.float16': Uint16Array,
  'torch.bfloat16': Uint16Array,
  'torch.uint16': Uint16Array,
};

const file = JSON.parse(readFileSync(new URL('../fixtures/tensorboard/records.json', import.meta.url), 'utf8')) as {
  wallTime: number;
  header: string;
  edges: { count: number; sha256: string };
  crc: { bytes: string; crc: number; masked: number }[];
  cases: {
    name: string;
    kind: Case['kind'];
    tag: string;
    step: string | null;
    dtype: keyof typeof ARRAYS | keyof typeof TENSORS;
    values: string;
    record: string;
  }[];
};

const fromBase64 = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(text, 'base64'));

function readStep(step: string | null): Case['step'] {
  if (step === null) return undefined;
  return step.includes('.') ? Number(step) : BigInt(step);
}

export const wallTime: number = file.wallTime;
export const edges: { count: number; sha256: string } = file.edges;
/** Checksums as hexadecimal bytes, plain and masked. */
export const crc: { bytes: string; crc: number; masked: number }[] = file.crc;
/** The first record of the file. */
export const header: Uint8Array = fromBase64(file.header);
export const cases: Case[] = file.cases.map(({ step, dtype, values, record, ...rest }) => {
  const { buffer } = fromBase64(values);
  const given =
    dtype in TENSORS
      ? { data: new TENSORS[dtype as keyof typeof TENSORS](buffer), dtype }
      : new ARRAYS[dtype as keyof typeof ARRAYS](buffer);
  const numbers = readArray('the fixture', given).values;
  return {
    ...rest,
    step: readStep(step),
    values: given,
    numbers,
    finite: Array.from(numbers).every(Number.isFinite),
    record: fromBase64(record),
  };
});

/** An array by its bytes. */
export interface ArrayFixture {
  dtype: 'float32' | 'float64' | 'int8' | 'int32' | 'uint8';
  shape: number[];
  data: string;
}

/** A tensor for the writer. */
export function arrayOf({ dtype, shape, data }: ArrayFixture): { data: Float64Array; shape: number[] } {
  return { data: new ARRAYS[dtype](fromBase64(data).buffer) as unknown as Float64Array, shape };
}

export interface MethodCase {
  name: string;
  method: string;
  /** Of the call, with arrays as {@link ArrayFixture}. */
  arguments: unknown[];
  /** The records of each run as base64, without headers. */
  runs?: Record<string, string[]>;
  /** Of an image: what its record says, and its pixels. */
  picture?: { tag: string; step: number; height: number; width: number; colorspace: number; pixels: ArrayFixture };
}

const methodsFile = JSON.parse(
  readFileSync(new URL('../fixtures/tensorboard/methods.json', import.meta.url), 'utf8'),
) as { graph: GraphFixture; cases: MethodCase[] };

/** The records of each method of PyTorch's writer. */
export const methods: MethodCase[] = methodsFile.cases;

export interface GraphFixture {
  /** The output of each layer, by its scope. */
  shapes: Record<string, number[][]>;
  /** The nodes of inputs and outputs. */
  ends: Record<string, string>;
  producer: number;
  /** The second record, the metadata. */
  metadata: string;
}

/** The parts of PyTorch's graph of a network that do not depend on its operators. */
export const graph: GraphFixture = methodsFile.graph;
