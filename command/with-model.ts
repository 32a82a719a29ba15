import type { OnnxModel } from '../adapters/onnx/index.ts';
import { describeError } from '../src/check/index.ts';
import { readFeeds } from './feeds.ts';
import { openModel } from './onnx.ts';
import { CommandError } from './paths.ts';

/**
 * Opens an ONNX model with its inputs, and releases it in the end.
 * @param inputs a .safetensors file with a tensor for each input; undefined: zeros
 * @throws CommandError if a file cannot be read; what `use` throws, as a CommandError
 */
export async function withModel(
  path: string,
  inputs: string | undefined,
  use: (net: OnnxModel, feeds: Parameters<OnnxModel['forward']>[0]) => Promise<void>,
): Promise<void> {
  const { net, tensor, zeros } = await openModel(path);
  try {
    await use(net, inputs === undefined ? await zeros() : await readFeeds(inputs, net.inputNames, tensor));
  } catch (error) {
    throw error instanceof CommandError ? error : new CommandError(describeError(error));
  } finally {
    await net.release();
  }
}
