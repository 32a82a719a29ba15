/** @file How to run a call of a node or module again, for the files of `guard`: ONNX Runtime with a model of the call alone. */
import type { ReplayedCall, ReplayRecipe } from '../../src/adapter.ts';
import { callModel } from './call-model.ts';
import type { HookPointInfo } from './hook-point.ts';
import { isTensor, type OnnxTensor } from './ort.ts';
import type { SessionMaker } from './sessions.ts';

const MODEL_FILE = 'model.onnx';

/** Options that say how nodes are computed. */
const OPTIONS = [
  'executionProviders',
  'graphOptimizationLevel',
  'executionMode',
  'intraOpNumThreads',
  'interOpNumThreads',
] as const;

/** @returns a sentence if the call cannot be run again */
export async function callReplay<T extends OnnxTensor>(
  { calls, path }: HookPointInfo,
  { call: number, inputs }: ReplayedCall,
  maker: SessionMaker<T>,
): Promise<ReplayRecipe | string> {
  // Every run counts all calls of a module.
  const call = calls[number % calls.length]!;
  if (calls.some(({ region }) => region.around !== undefined)) return `${path} is inside another node: watch that one`;
  const tensors = inputs.filter(isTensor);
  if (tensors.length < call.inputs.length) return `not all inputs of ${path} are known: ${call.inputs.join(', ')}`;
  const model = await callModel(maker.bytes, call, tensors, (...part) => maker.readWeights(...part));
  if (typeof model === 'string') return model;
  const { packageName: name, sessionOptions } = maker;
  const options = Object.fromEntries(
    OPTIONS.flatMap((key) => (sessionOptions[key] === undefined ? [] : [[key, sessionOptions[key]]])),
  );
  const isOne = call.outputs.length === 1;
  return {
    imports: { [name]: '* as runtime' },
    script: [
      'const ort = runtime.default ?? runtime;',
      `const session = await ort.InferenceSession.create(replay.place('${MODEL_FILE}'), ${JSON.stringify(options)});`,
      'const inputs = replay.inputs(({ dtype, data, shape }) => new ort.Tensor(dtype, data, shape));',
      `const names = ${JSON.stringify(call.inputs)};`,
      'const outputs = await session.run(Object.fromEntries(names.map((name, i) => [name, inputs[i]])));',
      `const output = ${isOne ? '' : JSON.stringify(call.outputs)}${isOne ? `outputs[${JSON.stringify(call.outputs[0])}]` : '.map((name) => outputs[name])'};`,
      'const reader = { is: (y) => y instanceof ort.Tensor, shape: (y) => y.dims, values: (y) => y.data };',
      'await replay.check(output, reader);',
    ],
    files: { [MODEL_FILE]: model },
    environment: `${name} on ${providersOf(sessionOptions.executionProviders)}`,
  };
}

const providersOf = (given: readonly unknown[] | undefined): string =>
  (given ?? ['its default'])
    .map((one) => (typeof one === 'string' ? one : String((one as { name?: unknown }).name)))
    .join(', ');
