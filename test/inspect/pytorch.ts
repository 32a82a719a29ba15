/** @file What the committed script recorded in PyTorch, and the ONNX files of the same models. */
import { readFileSync } from 'node:fs';
import ort from 'onnxruntime-node';
import { createOnnx, type OnnxModel, type OnnxSessionOptions } from '../../adapters/onnx/index.ts';
import { readNumbers } from '../../src/check/index.ts';
import type { CompareOptions, Comparison, RecordedInput } from '../../src/inspect/index.ts';
import { compare } from '../../src/inspect/index.ts';
import { type TensorPart, tensorParts } from '../../src/inspect/recording.ts';
import { decodeRecording } from '../../src/inspect/recording-file.ts';

export const folder: URL = new URL('../fixtures/inspect/', import.meta.url);
export const recordingOf = (name: string): Uint8Array => readFileSync(new URL(`${name}.safetensors`, folder));

/** The fault in each file, the model it is in, and the path of the module. */
export const faults: Readonly<Record<string, readonly [model: string, path: string]>> = JSON.parse(
  readFileSync(new URL('faults.json', folder), 'utf8'),
);

const TYPES: Readonly<Record<string, string>> = { F32: 'float32', F16: 'float16', I64: 'int64', BOOL: 'bool' };

export const ortTensor = ({ data, shape, dtype }: RecordedInput): ort.Tensor =>
  new ort.Tensor(TYPES[dtype] as 'float32', data as Float32Array, shape);

/** The values of an input in float32. */
export const numbersOf = ({ data, dtype }: RecordedInput): Float32Array =>
  Float32Array.from(readNumbers('test', 'values', data, { dtype }) as ArrayLike<number>);

/** What a model was recorded with. */
export function firstInput(model: string): ort.Tensor {
  const { calls, tensors } = decodeRecording('test', recordingOf(model));
  const [{ tensor, shape }] = tensorParts(calls[0]!.inputs) as [TensorPart];
  const { data, dtype } = tensors.get(tensor)!;
  return ortTensor({ data, dtype, shape: [...shape] });
}

/** Calls a model with the recorded inputs in their order. */
export const runOnnx =
  (toTensor: (input: RecordedInput) => ort.Tensor = ortTensor) =>
  (net: OnnxModel<ort.Tensor>, inputs: readonly RecordedInput[]): unknown =>
    net(Object.fromEntries(net.inputNames.map((name, i) => [name, toTensor(inputs[i]!)])));

/** Compares an ONNX file with a recording. */
export async function compareOnnx(
  file: string | URL,
  recording: string,
  options: CompareOptions & {
    sessionOptions?: OnnxSessionOptions;
    toTensor?: (input: RecordedInput) => ort.Tensor;
    /** Default: onnxruntime-node. */
    runtime?: typeof ort;
  } = {},
): Promise<Comparison> {
  const { sessionOptions = {}, toTensor, runtime = ort, ...how } = options;
  const net = await createOnnx(runtime, runtime === ort ? file : readFileSync(file), { sessionOptions });
  try {
    return await compare(net, recordingOf(recording), runOnnx(toTensor), how);
  } finally {
    await net.release();
  }
}

/** The largest multiple of the local tolerance among the outputs. */
export const largest = ({ modules }: Comparison): number =>
  Math.max(...modules.map(({ output }) => (output === undefined ? 0 : (output.tolerances ?? Infinity))));

/** The multiple of the tolerance at the first difference. */
export function effect({ first, between, modules }: Comparison): number {
  if (first !== undefined) return first.output!.tolerances ?? Infinity;
  return modules.find(({ path }) => path === between?.[1])?.inputs?.tolerances ?? Infinity;
}

/** The paths of modules whose own error is beyond the tolerance. */
export const beyond = ({ modules }: Comparison): string[] =>
  modules.flatMap(({ path, output }) => (output !== undefined && !((output.tolerances ?? Infinity) <= 1) ? path : []));
