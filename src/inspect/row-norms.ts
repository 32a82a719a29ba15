/** @file The norms of weights, which tell how large the sums of a module can be. */
import { isThenable, type Numbers, readNumbers } from '../check/index.ts';
import { type Hookable, type ModuleParameter, optionsOf } from '../hooks/index.ts';
import { familyOf } from './kinds.ts';
import { type RecordedCall, type RowNorms, tensorParts } from './recording.ts';
import { kindOfModule } from './run.ts';
import type { TensorStore } from './tensor-store.ts';
import { sizeOf } from './values.ts';

/**
 * The norms of the weights of modules that compute sums, by path. Modules whose weights are not at hand have none.
 * @throws TypeError for weights that cannot be read
 */
export async function rowNormsOf(
  where: string,
  modules: readonly (readonly [string, Hookable])[],
  calls: readonly RecordedCall[],
  store: TensorStore,
): Promise<Map<string, RowNorms>> {
  const outputs = new Map(calls.map(({ path, output }) => [path, tensorParts(output)[0]]));
  const channels = (path: string) => outputs.get(path)?.shape.at(-1);
  const found = new Map<string, RowNorms>();
  for (const [path, module] of modules) {
    const kind = kindOfModule(module);
    for (const parameter of optionsOf(module).parameters?.(module) ?? []) {
      const axes = sumAxes(kind, parameter, channels(path));
      const read = axes && parameter.values?.();
      const values = isThenable(read) ? await read : read;
      if (axes === undefined || values === undefined) continue;
      const numbers = readNumbers(where, `the weight of ${path}`, values);
      const { norms, length } = normsOf(numbers, parameter.shape, axes);
      found.set(path, { rows: store.add(norms, [norms.length]).tensor, length });
      break;
    }
  }
  return found;
}

/** The axes of a weight that one output is a sum over, as a range; undefined for a parameter that is no weight of sums. */
function sumAxes(
  kind: string,
  { name, shape }: ModuleParameter,
  channels: number | undefined,
): readonly [from: number, to: number] | undefined {
  const family = familyOf(kind);
  const { length } = shape;
  if ((family !== 'linear' && family !== 'convolution') || length < 2) return undefined;
  // One output is a sum over parts of several windows.
  if (/transpose/i.test(kind)) return undefined;
  // tfjs: [...window, channels in, multiplier].
  if (name === 'depthwise_kernel') return [0, length - 2];
  // tfjs: [...window, in, out]; ONNX: [in, out].
  if (name === 'kernel' || kind === 'MatMul') return [0, length - 1];
  // ONNX: [in, out] or, as PyTorch writes it, [out, in].
  if (kind === 'Gemm' && shape[0] !== channels) return [0, 1];
  // PyTorch and ONNX: [out, in, ...window].
  return [1, length];
}

function normsOf(values: Numbers, shape: readonly number[], [from, to]: readonly [number, number]) {
  const [outer, length, inner] = [shape.slice(0, from), shape.slice(from, to), shape.slice(to)].map(sizeOf) as [
    number,
    number,
    number,
  ];
  const norms = new Float32Array(outer * inner);
  for (let row = 0; row < norms.length; row++) {
    const start = Math.floor(row / inner) * length * inner + (row % inner);
    let squares = 0;
    for (let i = 0; i < length; i++) squares += values[start + i * inner]! ** 2;
    norms[row] = Math.sqrt(squares);
  }
  return { norms, length };
}
