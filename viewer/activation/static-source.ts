import { type NumericArray, plainSummary, readNumbers } from '../../src/check/index.ts';
import type { DataSource } from '../sources/data-source.ts';
import { type ActivationOutput, activationOf } from './activation.ts';
import { answerWants } from './answer-wants.ts';

/** Values with a shape, as of layertap, of a recording or of ONNX Runtime. */
export type ShapedValues =
  | { readonly data: NumericArray; readonly shape: readonly number[] }
  | { readonly data: NumericArray; readonly dims: readonly number[] };

export const isShapedValues = (value: unknown): value is ShapedValues => {
  const { data, shape, dims } = (value ?? {}) as { data?: unknown; shape?: unknown; dims?: unknown };
  return typeof data === 'object' && data !== null && Array.isArray(shape ?? dims);
};

/**
 * One tensor that does not change, as a source of the run and the tag ''.
 * @throws TypeError for values that are no numbers
 */
export function staticSource(
  where: string,
  tensor: ShapedValues,
  describe: (shape: readonly number[]) => Pick<ActivationOutput, 'layout' | 'labels'>,
): DataSource {
  const shape = [...('shape' in tensor ? tensor.shape : tensor.dims)];
  const values = readNumbers(where, 'the data', tensor.data, tensor);
  const summary = plainSummary(values);
  const output = { step: 0, shape, ...describe(shape) };
  return {
    name: 'tensor',
    connect({ activations }) {
      if (activations === undefined) return () => {};
      activations.offer('', '');
      return answerWants(activations, async (want) => activationOf(want, output, values, summary));
    },
  };
}
