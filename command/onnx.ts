/** @file ONNX models in the ONNX Runtime of the user's project. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createOnnx, type OnnxModel, type OnnxRuntime, type OnnxTensor } from '../adapters/onnx/index.ts';
import { describeError } from '../src/check/index.ts';
import { CommandError } from './paths.ts';

/** What a session says of an input, since ONNX Runtime 1.21. */
interface InputMetadata {
  readonly name: string;
  readonly type?: string;
  /** A size that the file leaves open is a name, or -1. */
  readonly shape?: readonly (number | string)[];
}

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
  /** A tensor of zeros for each input; sizes that the file leaves open are 1. @throws CommandError if it does not tell */
  zeros(): Promise<Record<string, OnnxTensor>>;
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
      zeros: () => zerosFor(ort, path),
    };
  } catch (error) {
    throw new CommandError(`${path} cannot be opened: ${describeError(error)}`);
  }
}

async function zerosFor(ort: Runtime, path: string): Promise<Record<string, OnnxTensor>> {
  const session = await ort.InferenceSession.create(path);
  const { inputMetadata } = session as { readonly inputMetadata?: readonly InputMetadata[] };
  await session.release();
  if (inputMetadata === undefined) {
    throw new CommandError('this onnxruntime-node does not tell the shapes of inputs: pass --inputs <file>');
  }
  return Object.fromEntries(
    inputMetadata.map(({ name, type = '', shape = [] }) => {
      const sizes = shape.map((size) => (typeof size === 'number' && size > 0 ? size : 1));
      const Values = ARRAYS[type];
      if (Values === undefined)
        throw new CommandError(`the input ${name} has the type ${type || 'of no tensor'}: pass --inputs <file>`);
      const count = sizes.reduce((product, size) => product * size, 1);
      return [name, new ort.Tensor(type, new Values(count), sizes)];
    }),
  );
}

const ARRAYS: Readonly<Record<string, new (length: number) => unknown>> = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
};
