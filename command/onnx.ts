/** @file ONNX models in the ONNX Runtime of the user's project. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createOnnx, type OnnxModel, type OnnxRuntime, type OnnxTensor } from '../adapters/onnx/index.ts';
import { describeError } from '../src/check/index.ts';
import { CommandError } from './paths.ts';

type Runtime = OnnxRuntime<OnnxTensor> & {
  readonly Tensor: new (type: string, data: unknown, dims: readonly number[]) => OnnxTensor;
};

/** A tensor of a .safetensors file or of a recording. */
interface StoredInput {
  readonly data: unknown;
  readonly shape: readonly number[];
  readonly dtype: string;
}

/** ONNX Runtime's names of the types of safetensors. */
const TYPES: Readonly<Record<string, string>> = {
  F32: 'float32',
  F64: 'float64',
  F16: 'float16',
  I8: 'int8',
  I16: 'int16',
  I32: 'int32',
  I64: 'int64',
  U8: 'uint8',
  U16: 'uint16',
  U32: 'uint32',
  U64: 'uint64',
  BOOL: 'bool',
};

export interface OpenModel {
  readonly net: OnnxModel;
  tensor(input: StoredInput): OnnxTensor;
}

/**
 * Opens a model with the onnxruntime-node that the current directory finds.
 * @throws CommandError if there is none, or no such model
 */
export async function openModel(path: string): Promise<OpenModel> {
  let file: string;
  try {
    file = createRequire(join(process.cwd(), 'layertap')).resolve('onnxruntime-node');
  } catch {
    throw new CommandError(
      'onnxruntime-node is not installed here: npm install onnxruntime-node, or go to your project',
    );
  }
  const { default: ort } = (await import(pathToFileURL(file).href)) as { default: Runtime };
  try {
    const net = await createOnnx(ort, path);
    return {
      net,
      tensor: ({ data, shape, dtype }) => {
        const type = TYPES[dtype];
        if (type === undefined)
          throw new CommandError(`an input must be of type ${Object.keys(TYPES).join(', ')}, got ${dtype}`);
        return new ort.Tensor(type, data, shape);
      },
    };
  } catch (error) {
    throw new CommandError(describeError(error));
  }
}
